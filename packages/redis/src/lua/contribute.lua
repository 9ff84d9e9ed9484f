#!lua
-- Hands a contribution over to a pool: once, under its id. In the recovery window nothing is taken (S1).
--
-- KEYS: 5
-- Include: pool
-- Input:  KEYS[1] store key, KEYS[2] pool, KEYS[3] ids that wait, oldest first, KEYS[4] what waits, by id, KEYS[5] what a round
--         has taken, by id
--         ARGV[1] generation, ARGV[2] prefix of outcomes, ARGV[3] id, ARGV[4] packed contribution, ARGV[5] most that wait,
--         ARGV[6] most bytes that wait
-- Output: {'waiting'} or {'settled', outcome}; errors `ENTRAIN resource-exhausted`, `ENTRAIN recovering <ms left>`

local outcome = redis.call('GET', outcomeKey(ARGV[2], ARGV[3]))
if outcome then
  return {'settled', outcome}
end
if redis.call('HEXISTS', KEYS[4], ARGV[3]) == 1 or redis.call('HEXISTS', KEYS[5], ARGV[3]) == 1 then
  return {'waiting'}
end
if recovering then
  return fail('recovering', int(windowLeftMs))
end
local bytes = (tonumber(redis.call('HGET', KEYS[2], 'bytes')) or 0) + #ARGV[4]
if redis.call('HLEN', KEYS[4]) >= tonumber(ARGV[5]) or bytes > tonumber(ARGV[6]) then
  return fail('resource-exhausted', 'too much waits for this pool: its upstream is slower than what is added')
end
redis.call('HSET', KEYS[2], 'bytes', int(bytes))
redis.call('RPUSH', KEYS[3], ARGV[3])
redis.call('HSET', KEYS[4], ARGV[3], ARGV[4])
return {'waiting'}
