#!lua flags=no-writes
-- The versions of the shared document after one, oldest first.
--
-- KEYS: 3
-- Include: context-version, context-log
-- Input:  KEYS[1] store key, KEYS[2] context, KEYS[3] log; ARGV[1] generation, ARGV[2] version, ARGV[3] most entries
-- Output: {present version, oldest version kept or '0', {entry, ...}, now in Unix ms}

local from = int(tonumber(ARGV[2]) + 1) .. '-0'
return logPage(KEYS[2], KEYS[3], redis.call('XRANGE', KEYS[3], from, '+', 'COUNT', ARGV[3]))
