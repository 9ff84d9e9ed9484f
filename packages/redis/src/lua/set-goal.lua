#!lua
-- A goal takes the place of the one before it (R4), by compare-and-set on the version. Refused in the recovery window: a later
-- goal that the store has lost may still be offered again (S1).
--
-- KEYS: 2
-- Input:  KEYS[1] store key, KEYS[2] goal; ARGV[1] generation, ARGV[2] channel, ARGV[3] goalVersion, ARGV[4] goal
-- Output: {'set'} or {'overtaken', stored goal or ''}; error `ENTRAIN recovering <ms left>`

local stored = redis.call('HMGET', KEYS[2], 'goalVersion', 'goal')
if stored[2] == ARGV[4] then
  return {'set'}
end
if recovering then
  return fail('recovering', int(windowLeftMs))
end
if tonumber(stored[1]) ~= tonumber(ARGV[3]) - 1 then
  return {'overtaken', stored[2] or ''}
end
redis.call('HSET', KEYS[2], 'goalVersion', ARGV[3], 'goal', ARGV[4])
redis.call('PUBLISH', ARGV[2], ARGV[4])
return {'set'}
