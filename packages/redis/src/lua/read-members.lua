#!lua flags=no-writes
-- All listed members. Costs O(members): watchers read it once and follow the deltas from then on.
--
-- KEYS: 4
-- Input:  KEYS[1] store key, KEYS[2] membership, KEYS[3] offers, KEYS[4] states; ARGV[1] generation
-- Output: {version, {agentId, offer, ...}, {agentId, state, ...}, effectiveBeat or ''}

local membership = redis.call('HMGET', KEYS[2], 'version', 'effectiveBeat')
local version = math.max(tonumber(membership[1]) or 0, numberFloor)
return {int(version), redis.call('HGETALL', KEYS[3]), redis.call('HGETALL', KEYS[4]), membership[2] or ''}
