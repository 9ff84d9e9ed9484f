#!lua flags=no-writes
-- The last checkpoint of the log of the budgets.
--
-- KEYS: 2
-- Input:  KEYS[1] store key, KEYS[2] checkpoint; ARGV[1] generation
-- Output: checkpoint (JSON), or nil

return redis.call('HGET', KEYS[2], 'text')
