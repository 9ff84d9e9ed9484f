#!lua flags=allow-oom
-- Prolongs the lease of a task that is still the caller's.
--
-- KEYS: 5
-- Include: task
-- Input:  KEYS[1] store key, KEYS[2] leases, KEYS[3] ended, KEYS[4] dead letters, KEYS[5] counters
--         ARGV[1] generation, ARGV[2] channel, ARGV[3] prefix, ARGV[4] task, ARGV[5] token, ARGV[6] progress (JSON) or '',
--         ARGV[7] what was consumed so far (JSON of totals) or ''
-- Output: {'renewed', lease in ms} | {'lost', state}

reclaim()
local task = taskOf(ARGV[4])
if not isHeldBy(task, ARGV[5]) then
  return finish(lost(task))
end
redis.call('ZADD', KEYS[2], int(nowMs + task.leaseMs), task.id)
if ARGV[6] ~= '' then
  redis.call('HSET', task.key, 'progress', ARGV[6])
end
putDown(task, ARGV[7])
return finish({'renewed', int(task.leaseMs)})
