#!lua flags=no-writes
-- The voters' record (M2).
--
-- KEYS: 4
-- Include: voters-version
-- Input:  KEYS[1] store key, KEYS[2] membership, KEYS[3] voters, KEYS[4] dead ones; ARGV[1] generation
-- Output: {version, {agentId, since ms, ...}, {dead agentId, ...}}

return {int(votersVersion(KEYS[2])), redis.call('HGETALL', KEYS[3]), redis.call('ZRANGE', KEYS[4], 0, -1)}
