#!lua flags=allow-oom
-- Ends a try that failed: another one after a while, or a dead letter.
--
-- KEYS: 5
-- Include: task
-- Input:  KEYS[1] store key, KEYS[2] leases, KEYS[3] ended, KEYS[4] dead letters, KEYS[5] counters
--         ARGV[1] generation, ARGV[2] channel, ARGV[3] prefix, ARGV[4] task, ARGV[5] token, ARGV[6] cause,
--         ARGV[7] '1' for another try, ARGV[8] after how many ms,
--         ARGV[9] what was consumed so far (JSON of totals) or ''
-- Output: {'waiting'} | {'failed'} | {'lost', state}

reclaim()
local task = taskOf(ARGV[4])
if not isHeldBy(task, ARGV[5]) then
  return finish(lost(task))
end
putDown(task, ARGV[9])
return finish({giveBack(task, ARGV[6], ARGV[7] == '1', nowMs + tonumber(ARGV[8]))})
