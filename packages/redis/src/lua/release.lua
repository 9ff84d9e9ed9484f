#!lua flags=allow-oom
-- Gives a leadership up if the record is the caller's. The generation is left out of the comparison: the record may have
-- been carried over by a renewal whose answer was lost, and giving up one's own term harms nobody.
--
-- KEYS: 2
-- Include: leader
-- Input:  KEYS[1] store key, KEYS[2] leader record
--         ARGV[1] generation, ARGV[2] channel, ARGV[3] agentId, ARGV[4] incarnation, ARGV[5] term
-- Output: 1 if it was given up now, else 0

local leader = readLeader(KEYS[2])
if not leader or leader.agentId ~= ARGV[3] or leader.incarnation ~= tonumber(ARGV[4]) or leader.term ~= tonumber(ARGV[5]) then
  return 0
end
redis.call('DEL', KEYS[2])
redis.call('PUBLISH', ARGV[2], '0')
return 1
