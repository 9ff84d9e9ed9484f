#!lua
-- Takes into use what the live policy says of budgets without a policy of their own. An older version changes nothing.
--
-- KEYS: 7
-- Include: budget-defaults, budget
-- Input:  KEYS[1] store key, KEYS[2] budgets, KEYS[3] leases, KEYS[4] requests, KEYS[5] ended, KEYS[6] log, KEYS[7] counters
--         ARGV[1] generation, ARGV[2] channel, ARGV[3] prefix, ARGV[4] defaults (JSON), ARGV[5] version, ARGV[6] policies (JSON),
--         ARGV[7...] budget or '*', policy (JSON), ...
-- Output: 1 if they are in use from now on, 0 if later ones are, or the same; error `ENTRAIN recovering <ms left>`

if holdingBack() > 0 then
  return fail('recovering', int(holdingBack()))
end
local key = defaultsKey(prefix)
local known = redis.call('HMGET', key, 'version', 'text')
if tonumber(ARGV[5]) <= (tonumber(known[1]) or 0) then
  return 0
end
if ARGV[6] == (known[2] or '{}') then
  redis.call('HSET', key, 'version', ARGV[5], 'text', ARGV[6])
  return 0
end
redis.call('DEL', key)
redis.call('HSET', key, 'version', ARGV[5], 'text', ARGV[6])
for at = 7, #ARGV, 2 do
  redis.call('HSET', key, 'b:' .. ARGV[at], ARGV[at + 1])
end
record('defaults', ARGV[4])
return 1
