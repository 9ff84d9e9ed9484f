#!lua flags=allow-oom
-- Hands messages of a group out for its lease: first what is due for another attempt, then what is new. What has expired or has
-- had its attempts becomes a dead letter. While writes may have been lost nothing is handed out (S1).
--
-- KEYS: 1
-- Include: bus
-- Input:  KEYS[1] store key
--         ARGV[1] generation, ARGV[2] prefix, ARGV[3] group, ARGV[4] consumer, ARGV[5] most messages
-- Output: {'unknown-group'} | {'taken', lease in ms, ms until something is due or '', {{entry, token, attempt, id, topic,
--         quality of service, expiresMs, body, atMs, trace} ...}, {{id, topic, attempts, cause, trace} ...}}

local lookedAtMax = 100
local group = groupOf(ARGV[3])
if not group then
  return {'unknown-group'}
end
if recovering then
  return {'taken', int(group.leaseMs), int(windowLeftMs), {}, {}}
end
local queue, due = queueKey(group.name), dueKey(group.name)
local me, most = int(generation) .. ' ' .. ARGV[4], tonumber(ARGV[5])
local taken, dead = {}, {}

local function kill(entry, message, attempts, cause)
  bury(group, entry, message, attempts, cause)
  dead[#dead + 1] = {message.id, message.topic, int(attempts), cause, message.trace or ''}
end
local function give(entry, message, attempts)
  redis.call('ZADD', due, int(nowMs + group.leaseMs), entry)
  taken[#taken + 1] = messageReply(entry, message, attempts)
end

for _, entry in ipairs(redis.call('ZRANGEBYSCORE', due, '-inf', int(nowMs), 'LIMIT', 0, lookedAtMax)) do
  if #taken >= most then
    break
  end
  local held, message = pendingOf(group, entry), entryOf(group, entry)
  if not held or not message then
    leave(group, entry)
  else
    local cause = redis.call('HGET', causesKey(group.name), entry) or ''
    if held.consumer ~= '-' then
      cause = 'its consumer vanished'
      count('vanished')
    end
    if isExpired(message) then
      count('expired')
      kill(entry, message, held.attempts, 'it expired before it was handled')
    elseif held.attempts >= group.triesMax then
      kill(entry, message, held.attempts, cause)
    else
      redis.call('HSET', causesKey(group.name), entry, cause)
      redis.call('XCLAIM', queue, streamGroup, me, 0, entry)
      count('retried')
      give(entry, message, held.attempts + 1)
    end
  end
end
local isEmpty = false
while #taken < most and #dead < lookedAtMax and not isEmpty do
  local wanted = math.min(most - #taken, lookedAtMax - #dead)
  local read = redis.call('XREADGROUP', 'GROUP', streamGroup, me, 'COUNT', wanted, 'STREAMS', queue, '>')
  isEmpty = not read
  for _, entry in ipairs(read and read[1][2] or {}) do
    local message = messageFrom(entry[2])
    if isExpired(message) then
      count('expired')
      kill(entry[1], message, 0, 'it expired before it was handled')
    else
      give(entry[1], message, 1)
    end
  end
end
local nextInMs = ''
if redis.call('XLEN', queue) > redis.call('ZCARD', due) then
  nextInMs = '0'
else
  local first = redis.call('ZRANGE', due, 0, 0, 'WITHSCORES')
  nextInMs = first[2] and int(math.max(0, tonumber(first[2]) - nowMs)) or ''
end
return {'taken', int(group.leaseMs), nextInMs, taken, dead}
