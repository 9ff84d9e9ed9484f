#!lua flags=allow-oom
-- Gives a holder's share of a rate back.
--
-- KEYS: 2
-- Input:  KEYS[1] store key, KEYS[2] the rate's shares; ARGV[1] generation, ARGV[2] holder
-- Output: 1 if there was one, else 0

return redis.call('HDEL', KEYS[2], ARGV[2])
