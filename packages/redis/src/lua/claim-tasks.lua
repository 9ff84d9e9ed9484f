#!lua flags=allow-oom
-- Claims tasks for their leases, each with a token higher than all before (P1), and notes what the agent offers. While
-- writes may have been lost nothing is given out (S1).
--
-- KEYS: 6
-- Include: task
-- Input:  KEYS[1] store key, KEYS[2] leases, KEYS[3] ended, KEYS[4] dead letters, KEYS[5] counters, KEYS[6] capabilities
--         ARGV[1] generation, ARGV[2] channel, ARGV[3] prefix, ARGV[4] agent, ARGV[5] most tasks, ARGV[6] for how long an
--         offer is known, ms, ARGV[7] how many capabilities follow, ARGV[8 ...] capabilities, then lines
-- Output: {ms until there may be more or '', {task, token, try, lease in ms, definition} ...}

local offers = tonumber(ARGV[7])
for at = 8, 7 + offers do
  redis.call('ZADD', KEYS[6], int(nowMs), ARGV[at] .. ' ' .. ARGV[4])
end
redis.call('ZREMRANGEBYSCORE', KEYS[6], '-inf', int(nowMs - tonumber(ARGV[6])))
if recovering then
  return {int(windowLeftMs)}
end
reclaim()
local reply, left = {''}, tonumber(ARGV[5])
for at = 8 + offers, #ARGV do
  local line = prefix .. 'task-queue:' .. ARGV[at]
  if left > 0 then
    for _, id in ipairs(redis.call('ZRANGEBYSCORE', line, '-inf', int(nowMs), 'LIMIT', 0, left)) do
      local task = taskOf(id)
      redis.call('ZREM', line, id)
      if task and task.state == 'waiting' then
        local token = int(math.max(tonumber(redis.call('HGET', KEYS[5], 'token')) or 0, numberFloor) + 1)
        redis.call('HSET', KEYS[5], 'token', token)
        redis.call('HSET', task.key, 'state', 'running', 'tries', int(task.tries + 1), 'token', token, 'holder', ARGV[4])
        redis.call('ZADD', KEYS[2], int(nowMs + task.leaseMs), id)
        left = left - 1
        reply[#reply + 1] = {id, token, int(task.tries + 1), int(task.leaseMs), redis.call('HGET', task.key, 'definition')}
      end
    end
  end
end
local nextMs = math.huge
local function atLatest(key)
  local first = redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')
  nextMs = math.min(nextMs, tonumber(first[2]) or math.huge)
end
atLatest(KEYS[2])
for at = 8 + offers, #ARGV do
  atLatest(prefix .. 'task-queue:' .. ARGV[at])
end
if nextMs < math.huge then
  reply[1] = int(math.max(0, nextMs - nowMs))
end
return finish(reply)
