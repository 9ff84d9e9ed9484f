#!lua flags=no-writes
-- Deltas after a version.
--
-- KEYS: 3
-- Input:  KEYS[1] store key, KEYS[2] membership, KEYS[3] deltas; ARGV[1] generation, ARGV[2] version, ARGV[3] most deltas
-- Output: {present version, {{id, {'agentId', agentId, 'state', state, 'offer', offer, 'effectiveBeat', beat or ''}}, ...}}

local version = math.max(tonumber(redis.call('HGET', KEYS[2], 'version')) or 0, numberFloor)
local from = int(tonumber(ARGV[2]) + 1) .. '-0'
return {int(version), redis.call('XRANGE', KEYS[3], from, '+', 'COUNT', ARGV[3])}
