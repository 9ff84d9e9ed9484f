#!lua flags=allow-oom
-- Gives the new owner of a task its token, once (P3).
--
-- KEYS: 5
-- Include: task, handoff
-- Input:  KEYS[1] store key, KEYS[2] leases, KEYS[3] ended, KEYS[4] dead letters, KEYS[5] counters
--         ARGV[1] generation, ARGV[2] channel, ARGV[3] prefix, ARGV[4] task, ARGV[5] number, ARGV[6] agent
-- Output: {'confirmed', task, token, try, lease in ms, definition, from, reason, carry} | {'handoff-over'}

reclaim()
local task = taskOf(ARGV[4])
local handoff = task and handoffOf(task)
if not handoff or handoff.number ~= ARGV[5] or handoff.to ~= ARGV[6] or not isStanding(task, handoff)
  or handoff.state ~= 'transferred' then
  return finish({'handoff-over'})
end
redis.call('HSET', task.key, 'handoff', 'confirmed')
redis.call('ZADD', KEYS[2], int(nowMs + task.leaseMs), task.id)
redis.call('SREM', listFor(cjson.decode(redis.call('HGET', task.key, 'definition')).capability, ARGV[6]), task.id)
return finish({'confirmed', unpack(heldReply(task))})
