#!lua flags=allow-oom
-- An operator takes a dead voter's vote away (M2). One that lives gives its vote up by leaving.
--
-- KEYS: 11
-- Include: voters-version, members
-- Input:  KEYS[1] store key, KEYS[2..11] see members.lua; ARGV[1] generation, ARGV[2] channel, ARGV[3] agentId
-- Output: 'removed' | 'alive' | 'unknown'

local member = readState(ARGV[3])
if member and member.state == 'alive' then
  return redis.call('HEXISTS', KEYS[10], ARGV[3]) == 1 and 'alive' or 'unknown'
end
return removeVoter(ARGV[3]) and 'removed' or 'unknown'
