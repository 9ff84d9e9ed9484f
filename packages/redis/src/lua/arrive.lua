#!lua
-- One party arrives at a barrier, or says again that it waits. The barrier opens for all when as many wait as it takes;
-- who opens it draws the round's token, which only grows, as terms do (L2). A party that says nothing for its lease does not
-- count any more. In the recovery window parties may wait and nobody opens (S1).
--
-- KEYS: 4
-- Input:  KEYS[1] store key, KEYS[2] barrier (hash: parties, token), KEYS[3] tickets that wait, by the end of their lease,
--         KEYS[4] tickets that were let through, by token
--         ARGV[1] generation, ARGV[2] channel, ARGV[3] ticket, ARGV[4] parties, ARGV[5] highest token the caller has seen,
--         ARGV[6] lease in ms
-- Output: {'opened', token} or {'waiting', how many wait}; error `ENTRAIN parties <how many the others wait for>`

-- Who lost the answer finds its ticket here; older ones go.
local passedMax = 10000

local token = redis.call('ZSCORE', KEYS[4], ARGV[3])
if token then
  return {'opened', int(tonumber(token))}
end
local parties, leaseMs = tonumber(ARGV[4]), tonumber(ARGV[6])
-- A lease that ends later than it could have been granted means that the clock went back: it begins anew.
for _, ticket in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '(' .. int(nowMs + leaseMs * 10), '+inf')) do
  redis.call('ZADD', KEYS[3], int(nowMs + leaseMs), ticket)
end
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', int(nowMs))
local others = redis.call('ZCARD', KEYS[3]) - (redis.call('ZSCORE', KEYS[3], ARGV[3]) and 1 or 0)
local agreed = tonumber(redis.call('HGET', KEYS[2], 'parties')) or parties
if others > 0 and agreed ~= parties then
  return fail('parties', int(agreed))
end
redis.call('ZADD', KEYS[3], int(nowMs + leaseMs), ARGV[3])
redis.call('HSET', KEYS[2], 'parties', int(parties))
if recovering or others + 1 < parties then
  return {'waiting', int(others + 1)}
end

token = math.max((tonumber(redis.call('HGET', KEYS[2], 'token')) or 0) + 1, nowMs, tonumber(ARGV[5]) + 1)
redis.call('HSET', KEYS[2], 'token', int(token))
for _, ticket in ipairs(redis.call('ZRANGE', KEYS[3], 0, parties - 1)) do
  redis.call('ZADD', KEYS[4], int(token), ticket)
  redis.call('ZREM', KEYS[3], ticket)
end
redis.call('ZREMRANGEBYRANK', KEYS[4], 0, -passedMax - 1)
redis.call('PUBLISH', ARGV[2], int(token))
token = redis.call('ZSCORE', KEYS[4], ARGV[3])
return token and {'opened', int(tonumber(token))} or {'waiting', int(redis.call('ZCARD', KEYS[3]))}
