#!lua flags=allow-oom
-- Offers a task that the caller holds to another agent; an earlier offer of it is over (P3).
--
-- KEYS: 5
-- Include: task, handoff
-- Input:  KEYS[1] store key, KEYS[2] leases, KEYS[3] ended, KEYS[4] dead letters, KEYS[5] counters
--         ARGV[1] generation, ARGV[2] channel, ARGV[3] prefix, ARGV[4] task, ARGV[5] token, ARGV[6] to, ARGV[7] reason,
--         ARGV[8] for how long, ms
-- Output: {'handing', number} | {'lost', state}

reclaim()
local task = taskOf(ARGV[4])
if not isHeldBy(task, ARGV[5]) then
  return finish(lost(task))
end
local before = redis.call('HMGET', task.key, 'handoffNumber', 'holder', 'handoffTo')
local number = int((tonumber(before[1]) or 0) + 1)
local capability = cjson.decode(redis.call('HGET', task.key, 'definition')).capability
if before[3] then
  redis.call('SREM', listFor(capability, before[3]), task.id)
end
redis.call('HSET', task.key, 'handoff', 'offered', 'handoffNumber', number, 'handoffFrom', before[2], 'handoffTo', ARGV[6],
  'handoffReason', ARGV[7], 'handoffUntilMs', int(nowMs + tonumber(ARGV[8])), 'handoffGiven', ARGV[5],
  'handoffToken', ARGV[5])
redis.call('HDEL', task.key, 'handoffCause')
redis.call('SADD', listFor(capability, ARGV[6]), task.id)
hint('offered', capability .. '@' .. ARGV[6])
return finish({'handing', number})
