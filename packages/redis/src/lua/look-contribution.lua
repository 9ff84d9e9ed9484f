#!lua flags=no-writes
-- What became of a contribution.
--
-- KEYS: 3
-- Include: pool
-- Input:  KEYS[1] store key, KEYS[2] what waits, by id, KEYS[3] what a round has taken, by id
--         ARGV[1] generation, ARGV[2] prefix of outcomes, ARGV[3] id
-- Output: {'waiting'}, {'settled', outcome} or {'unknown'}

local outcome = redis.call('GET', outcomeKey(ARGV[2], ARGV[3]))
if outcome then
  return {'settled', outcome}
end
if redis.call('HEXISTS', KEYS[2], ARGV[3]) == 1 or redis.call('HEXISTS', KEYS[3], ARGV[3]) == 1 then
  return {'waiting'}
end
return {'unknown'}
