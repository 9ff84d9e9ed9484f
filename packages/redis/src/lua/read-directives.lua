#!lua flags=no-writes
-- Reads directives.
--
-- KEYS: 1
-- Input:  KEYS[1] store key
--         ARGV[1] generation, ARGV[2] prefix of the directives' keys, ARGV[3 ...] incidents
-- Output: {{field, value, ...}, ...}, empty for one that is not known

local reply = {}
for at = 3, #ARGV do
  reply[#reply + 1] = redis.call('HGETALL', ARGV[2] .. ARGV[at])
end
return reply
