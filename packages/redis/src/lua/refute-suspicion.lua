#!lua flags=allow-oom
-- A suspected member says that it lives, by a higher number of refutations: reports that mean the lower one are void (M3).
-- Idempotent; accepted in the recovery window as well.
--
-- KEYS: 11
-- Include: voters-version, members
-- Input:  KEYS[1] store key, KEYS[2..11] see members.lua; ARGV[1] generation, ARGV[2] channel, ARGV[3] agentId,
--         ARGV[4] incarnation, ARGV[5] refutations, ARGV[6] silence after which it is dead (ms)
-- Output: 1 where that number holds from now on, else 0

local agentId, refutations = ARGV[3], tonumber(ARGV[5])
local member = readState(agentId)
if not member or member.state ~= 'alive' or member.incarnation ~= tonumber(ARGV[4]) or (member.refutations or 0) >= refutations then
  return 0
end
member.refutations, member.isSuspect = refutations, false
local text = stateText(member)
redis.call('HSET', KEYS[4], agentId, text)
redis.call('ZADD', KEYS[5], signOfLife(ARGV[6]), agentId)
recordMark(agentId, text, redis.call('HGET', KEYS[3], agentId))
finish()
return 1
