#!lua
-- Lists a job, or says what a process knows of it: also in the recovery window, so that what was settled before writes were
-- lost is settled again before anything is granted (S1). A job that is defined otherwise owes nothing of the time before.
--
-- KEYS: 3
-- Include: schedule
-- Input:  KEYS[1] store key, KEYS[2] job, KEYS[3] list of jobs
--         ARGV[1] generation, ARGV[2] job, ARGV[3] text of its fire times, ARGV[4] settled up to here as far as the caller knows,
--         0: nothing, ARGV[5] next fire time or '', ARGV[6] most jobs
-- Output: {settled up to here, Redis's clock in ms}; error `ENTRAIN resource-exhausted`

local job = redis.call('HMGET', KEYS[2], 'text', 'settledMs')
local floorMs = tonumber(ARGV[4])
local settledMs
if job[1] then
  settledMs = math.max(tonumber(job[2]), floorMs, job[1] == ARGV[3] and 0 or nowMs)
else
  if redis.call('ZCARD', KEYS[3]) >= tonumber(ARGV[6]) then
    return fail('resource-exhausted', 'a swarm has at most ' .. ARGV[6] .. ' scheduled jobs')
  end
  settledMs = floorMs > 0 and floorMs or nowMs
end
redis.call('HSET', KEYS[2], 'text', ARGV[3], 'settledMs', int(settledMs))
note(KEYS[2], KEYS[3], ARGV[2], ARGV[5])
return {int(settledMs), int(nowMs)}
