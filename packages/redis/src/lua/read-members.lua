#!lua flags=no-writes
-- All listed members. Costs O(members): watchers read it once and follow the deltas from then on.
--
-- KEYS: 4
-- Input:  KEYS[1] store key, KEYS[2] membership, KEYS[3] offers, KEYS[4] states; ARGV[1] generation
-- Output: {version, {agentId, offer, ...}, {agentId, state, ...}}

local version = math.max(tonumber(redis.call('HGET', KEYS[2], 'version')) or 0, numberFloor)
return {int(version), redis.call('HGETALL', KEYS[3]), redis.call('HGETALL', KEYS[4])}
