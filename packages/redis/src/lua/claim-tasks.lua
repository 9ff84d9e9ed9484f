#!lua flags=allow-oom
-- Claims tasks for their leases, each with a token higher than all before (P1), and notes what the agent offers. While
-- writes may have been lost nothing is given out (S1).
--
-- KEYS: 7
-- Include: task, handoff
-- Input:  KEYS[1] store key, KEYS[2] leases, KEYS[3] ended, KEYS[4] dead letters, KEYS[5] counters, KEYS[6] capabilities,
--         KEYS[7] loads
--         ARGV[1] generation, ARGV[2] channel, ARGV[3] prefix, ARGV[4] agent, ARGV[5] most tasks, ARGV[6] for how long an
--         offer is known, ms, ARGV[7] the share of its hands in use, ARGV[8] how many capabilities follow, ARGV[9 ...]
--         capabilities, then lines
-- Output: {ms until there may be more or '', {{task, token, try, lease in ms, definition, from, reason, carry, consumed, trace} ...},
--         {{task, number, from, reason, state, ms left} ...}}: what is handed over, and offers of it, '' for what is not there

local offers = tonumber(ARGV[8])
for at = 9, 8 + offers do
  local offer = ARGV[at] .. ' ' .. ARGV[4]
  redis.call('ZADD', KEYS[6], int(nowMs), offer)
  redis.call('HSET', KEYS[7], offer, ARGV[7])
end
local old = int(nowMs - tonumber(ARGV[6]))
for _, offer in ipairs(redis.call('ZRANGEBYSCORE', KEYS[6], '-inf', old)) do
  redis.call('HDEL', KEYS[7], offer)
end
redis.call('ZREMRANGEBYSCORE', KEYS[6], '-inf', old)
if recovering then
  return {int(windowLeftMs), {}, {}}
end
reclaim()
local claimed, left = {}, tonumber(ARGV[5])
for at = 9 + offers, #ARGV do
  local line = prefix .. 'task-queue:' .. ARGV[at]
  if left > 0 then
    for _, id in ipairs(redis.call('ZRANGEBYSCORE', line, '-inf', int(nowMs), 'LIMIT', 0, left)) do
      local task = taskOf(id)
      redis.call('ZREM', line, id)
      if task and task.state == 'waiting' then
        task.tries, task.token = task.tries + 1, nextToken()
        redis.call('HSET', task.key, 'state', 'running', 'tries', int(task.tries), 'token', task.token, 'holder', ARGV[4])
        redis.call('ZADD', KEYS[2], int(nowMs + task.leaseMs), id)
        left = left - 1
        claimed[#claimed + 1] = heldReply(task)
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
for at = 9 + offers, #ARGV do
  atLatest(prefix .. 'task-queue:' .. ARGV[at])
end
local handed = {}
for at = 9, 8 + offers do
  offersTo(ARGV[at], ARGV[4], handed)
end
return finish({nextMs < math.huge and int(math.max(0, nextMs - nowMs)) or '', claimed, handed})
