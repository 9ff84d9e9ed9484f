#!lua flags=no-writes
-- Who was granted an allocation.
--
-- KEYS: 2
-- Input:  KEYS[1] store key, KEYS[2] allocation; ARGV[1] generation
-- Output: holder, '' where nobody said, or nil

return redis.call('HGET', KEYS[2], 'holder')
