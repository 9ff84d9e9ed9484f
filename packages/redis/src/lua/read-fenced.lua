#!lua flags=no-writes
-- The text that a lock guards.
--
-- KEYS: 2
-- Input:  KEYS[1] store key, KEYS[2] what the lock guards; ARGV[1] generation
-- Output: {text, term under which it was saved} or {}

local saved = redis.call('HMGET', KEYS[2], 'text', 'term')
return saved[1] and saved or {}
