#!lua flags=allow-oom
-- The goal in force (R4); the first offer wins. An offer of a later version than the stored one is a goal that the store
-- has lost (only the store gives versions out): it is put back, also in the recovery window (S1).
--
-- KEYS: 2
-- Input:  KEYS[1] store key, KEYS[2] goal; ARGV[1] generation, ARGV[2] channel, ARGV[3] goalVersion, ARGV[4] goal
-- Output: the goal in force

local stored = redis.call('HMGET', KEYS[2], 'goalVersion', 'goal')
if stored[1] and tonumber(stored[1]) >= tonumber(ARGV[3]) then
  return stored[2]
end
redis.call('HSET', KEYS[2], 'goalVersion', ARGV[3], 'goal', ARGV[4])
redis.call('PUBLISH', ARGV[2], ARGV[4])
return ARGV[4]
