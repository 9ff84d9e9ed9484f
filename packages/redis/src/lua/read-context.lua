#!lua flags=no-writes
-- The shared document.
--
-- KEYS: 2
-- Include: context-version
-- Input:  KEYS[1] store key, KEYS[2] context; ARGV[1] generation
-- Output: {version, document or false}

return {int(contextVersion(KEYS[2])), redis.call('HGET', KEYS[2], 'document')}
