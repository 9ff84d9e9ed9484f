#!lua flags=allow-oom
-- Ends an attempt that failed: another one after a while, or a dead letter.
--
-- KEYS: 1
-- Include: bus
-- Input:  KEYS[1] store key
--         ARGV[1] generation, ARGV[2] prefix, ARGV[3] group, ARGV[4] consumer, ARGV[5] entry, ARGV[6] token, ARGV[7] cause,
--         ARGV[8] '1' for another attempt, ARGV[9] after how many ms
-- Output: {'waiting'} | {'dead'} | {'lost'}

local group = groupOf(ARGV[3])
local held = isHeldBy(group, ARGV[5], ARGV[4], ARGV[6])
local message = held and entryOf(group, ARGV[5])
if not message then
  return {'lost'}
end
if ARGV[8] ~= '1' or held.attempts >= group.triesMax then
  bury(group, ARGV[5], message, held.attempts, ARGV[7])
  return {'dead'}
end
-- Nobody's until then; JUSTID leaves the count of attempts as it is.
redis.call('XCLAIM', queueKey(group.name), streamGroup, '-', 0, ARGV[5], 'JUSTID')
redis.call('HSET', causesKey(group.name), ARGV[5], ARGV[7])
redis.call('ZADD', dueKey(group.name), int(nowMs + tonumber(ARGV[9])), ARGV[5])
return {'waiting'}
