#!lua flags=no-writes
-- Counts of directives.
--
-- KEYS: 3
-- Input:  KEYS[1] store key, KEYS[2] directives that are open, KEYS[3] ledger
--         ARGV[1] generation
-- Output: {open, met, missed, escalated targets}

local counts = redis.call('HMGET', KEYS[3], 'directivesMet', 'directivesMissed', 'escalated')
return {redis.call('ZCARD', KEYS[2]), counts[1] or '0', counts[2] or '0', counts[3] or '0'}
