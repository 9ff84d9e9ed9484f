#!lua flags=no-writes
-- The versions of the shared document before one, newest first.
--
-- KEYS: 3
-- Include: context-version, context-log
-- Input:  KEYS[1] store key, KEYS[2] context, KEYS[3] log
--         ARGV[1] generation, ARGV[2] only before this version, or '+', ARGV[3] most entries
-- Output: {present version, oldest version kept or '0', {entry, ...}, now in Unix ms}

local before = ARGV[2] == '+' and '+' or '(' .. ARGV[2] .. '-0'
return logPage(KEYS[2], KEYS[3], redis.call('XREVRANGE', KEYS[3], before, '-', 'COUNT', ARGV[3]))
