#!lua flags=no-writes
-- The decision on an incident.
--
-- KEYS: 2
-- Input:  KEYS[1] store key, KEYS[2] decisions; ARGV[1] generation, ARGV[2] incidentId
-- Output: decision or false

return redis.call('HGET', KEYS[2], ARGV[2])
