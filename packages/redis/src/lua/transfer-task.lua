#!lua flags=allow-oom
-- Makes the agent that accepted a task its owner, by a new token: from here on the caller's is void (P3).
--
-- KEYS: 5
-- Include: task, handoff
-- Input:  KEYS[1] store key, KEYS[2] leases, KEYS[3] ended, KEYS[4] dead letters, KEYS[5] counters
--         ARGV[1] generation, ARGV[2] channel, ARGV[3] prefix, ARGV[4] task, ARGV[5] token, ARGV[6] number,
--         ARGV[7] what is handed over (JSON), ARGV[8] what was consumed so far (JSON of totals) or '',
--         ARGV[9] what the handoff is in a trace (JSON) or ''
-- Output: {'transferred'} | {'handoff-over'} | {'lost', state}

reclaim()
local task = taskOf(ARGV[4])
local handoff = task and handoffOf(task)
local isThis = handoff and handoff.number == ARGV[6] and handoff.given == ARGV[5]
if isThis and (handoff.state == 'transferred' or handoff.state == 'confirmed') then
  return finish({'transferred'})
end
if not isHeldBy(task, ARGV[5]) then
  return finish(lost(task))
end
if not isThis or handoff.state ~= 'accepted' or handoff.untilMs <= nowMs then
  return finish({'handoff-over'})
end
putDown(task, ARGV[8])
local token = nextToken()
redis.call('HSET', task.key, 'token', token, 'holder', handoff.to, 'handoff', 'transferred', 'handoffToken', token,
  'carry', ARGV[7], 'carryFrom', handoff.from, 'carryReason', handoff.reason, 'carryTrace', ARGV[9])
redis.call('ZADD', KEYS[2], int(nowMs + task.leaseMs), task.id)
count('handed')
hint('offered', cjson.decode(redis.call('HGET', task.key, 'definition')).capability .. '@' .. handoff.to)
return finish({'transferred'})
