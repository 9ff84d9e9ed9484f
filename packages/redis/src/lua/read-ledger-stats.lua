#!lua flags=no-writes
-- Counts over the ledger's life.
--
-- KEYS: 2
-- Input:  KEYS[1] store key, KEYS[2] ledger; ARGV[1] generation
-- Output: {count, divergence, safeAlone}, each a text or false

return redis.call('HMGET', KEYS[2], 'count', 'divergence', 'safeAlone')
