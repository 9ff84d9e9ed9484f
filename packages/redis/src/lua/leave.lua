#!lua flags=allow-oom
-- An agent goes of its own will. Idempotent; without effect for another incarnation. One that was judged dead in the
-- meantime counts as left from now on.
--
-- KEYS: 11
-- Include: voters-version, members
-- Input:  KEYS[1] store key, KEYS[2..11] see members.lua; ARGV[1] generation, ARGV[2] channel, ARGV[3] agentId,
--         ARGV[4] incarnation
-- Output: membership version

local member = readState(ARGV[3])
if member and member.state ~= 'left' and member.incarnation == tonumber(ARGV[4]) then
  bury(ARGV[3], member, 'left')
end
finish()
return int(version)
