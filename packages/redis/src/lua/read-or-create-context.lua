#!lua flags=allow-oom
-- The shared document; created if there is none, as version 1 of its generation's numbers (C1).
--
-- KEYS: 2
-- Input:  KEYS[1] store key, KEYS[2] context; ARGV[1] generation, ARGV[2] document
-- Output: {version, document}

local stored = redis.call('HMGET', KEYS[2], 'version', 'document')
if stored[1] then
  return stored
end
local version = int(numberFloor + 1)
redis.call('HSET', KEYS[2], 'version', version, 'document', ARGV[2])
return {version, ARGV[2]}
