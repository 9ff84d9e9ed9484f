#!lua flags=allow-oom
-- Takes the answer of the agent to which a task is offered (P3).
--
-- KEYS: 5
-- Include: task, handoff
-- Input:  KEYS[1] store key, KEYS[2] leases, KEYS[3] ended, KEYS[4] dead letters, KEYS[5] counters
--         ARGV[1] generation, ARGV[2] channel, ARGV[3] prefix, ARGV[4] task, ARGV[5] number, ARGV[6] agent,
--         ARGV[7] 'accepted' or 'rejected', ARGV[8] cause or ''
-- Output: {'answered'} | {'handoff-over'}

reclaim()
local task = taskOf(ARGV[4])
local handoff = task and handoffOf(task)
if not handoff or handoff.number ~= ARGV[5] or handoff.to ~= ARGV[6] or not isStanding(task, handoff) then
  return finish({'handoff-over'})
end
if handoff.state == ARGV[7] then
  return finish({'answered'})
end
if handoff.state ~= 'offered' or handoff.untilMs <= nowMs then
  return finish({'handoff-over'})
end
redis.call('HSET', task.key, 'handoff', ARGV[7])
if ARGV[7] == 'rejected' then
  redis.call('HSET', task.key, 'handoffCause', ARGV[8])
end
hint('answered', task.id)
return finish({'answered'})
