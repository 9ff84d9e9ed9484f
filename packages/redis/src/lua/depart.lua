#!lua flags=allow-oom
-- A party gives up waiting at a barrier, unless the barrier has opened for it meanwhile.
--
-- KEYS: 3
-- Input:  KEYS[1] store key, KEYS[2] tickets that wait, KEYS[3] tickets that were let through, by token
--         ARGV[1] generation, ARGV[2] ticket
-- Output: the token if it was let through, else ''

local token = redis.call('ZSCORE', KEYS[3], ARGV[2])
if token then
  return int(tonumber(token))
end
redis.call('ZREM', KEYS[2], ARGV[2])
return ''
