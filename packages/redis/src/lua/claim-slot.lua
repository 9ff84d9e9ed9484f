#!lua
-- An agent takes its own run of a period: once, also over a restart of the agent. Agents that have taken none for a while
-- are forgotten. In the recovery window nothing is granted (S1).
--
-- KEYS: 4
-- Include: schedule
-- Input:  KEYS[1] store key, KEYS[2] job, KEYS[3] list of jobs, KEYS[4] agents by the period of their latest run
--         ARGV[1] generation, ARGV[2] job, ARGV[3] agentId, ARGV[4] period, ARGV[5] next fire time or '', ARGV[6] periods for
--         which an agent is remembered
-- Output: {1 if granted, Redis's clock in ms}; error `ENTRAIN recovering <ms left>`

if recovering then
  return fail('recovering', int(windowLeftMs))
end
local period = tonumber(ARGV[4])
local latest = tonumber(redis.call('ZSCORE', KEYS[4], ARGV[3]))
if latest and latest >= period then
  return {0, int(nowMs)}
end
redis.call('ZADD', KEYS[4], int(period), ARGV[3])
redis.call('ZREMRANGEBYSCORE', KEYS[4], '-inf', int(period - tonumber(ARGV[6])))
note(KEYS[2], KEYS[3], ARGV[2], ARGV[5])
return {1, int(nowMs)}
