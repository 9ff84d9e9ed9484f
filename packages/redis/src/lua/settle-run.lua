#!lua flags=allow-oom
-- Ends a run, if its record is the caller's (L3). The generation is left out of the comparison, and so is the lease: as long
-- as the record stands nobody else has been granted the run, so that what was completed is not done again. What it writes
-- is bounded, and a run that could not be ended for want of memory would be run again (S2).
--
-- KEYS: 5
-- Include: leader, schedule
-- Input:  KEYS[1] store key, KEYS[2] job, KEYS[3] its run, KEYS[4] its history, KEYS[5] list of jobs
--         ARGV[1] generation, ARGV[2] job, ARGV[3] agentId, ARGV[4] incarnation, ARGV[5] token, ARGV[6] completed, failed or
--         released, ARGV[7] message, ARGV[8] next fire time or '', ARGV[9] most lines of history
-- Output: 1 if it was ended now, else 0

local holder = readLeader(KEYS[3])
if not holder or holder.agentId ~= ARGV[3] or holder.incarnation ~= tonumber(ARGV[4]) or holder.term ~= tonumber(ARGV[5]) then
  return 0
end
local run = readRunOf(KEYS[3])
tellRun(KEYS[4], ARGV[9], ARGV[6], holder, run, ARGV[7])
if ARGV[6] == 'released' then
  redis.call('HSET', KEYS[3], 'leaseUntilMs', int(nowMs), 'released', '1')
else
  local settledMs = math.max(tonumber(redis.call('HGET', KEYS[2], 'settledMs')) or 0, run.fireAtMs)
  redis.call('HSET', KEYS[2], 'settledMs', int(settledMs))
  redis.call('DEL', KEYS[3])
end
note(KEYS[2], KEYS[5], ARGV[2], ARGV[8])
return 1
