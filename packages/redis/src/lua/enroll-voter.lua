#!lua
-- An agent says that it wants to be a voter, or to stay one (M2). It becomes one when it has been alive for long enough, in
-- observed time and in this life. In the recovery window nobody becomes one.
--
-- KEYS: 12
-- Include: voters-version, members
-- Input:  KEYS[1] store key, KEYS[2..11] see members.lua, KEYS[12] candidates: agentId -> incarnation, joinedAtMs, observed ms
--         ARGV[1] generation, ARGV[2] channel, ARGV[3] agentId, ARGV[4] incarnation, ARGV[5] how long it must have been alive,
--         ARGV[6] how long a voter must have been dead to be evicted (ms), ARGV[7] most voters
-- Output: {'voter' | 'enrolled' (now) | 'waiting' | 'full' | 'unknown' (not alive in this incarnation), ms left,
--         {dead voters that may be evicted}}

local dueMax = 10

local agentId = ARGV[3]
local member = readState(agentId)
if not member or member.state ~= 'alive' or member.incarnation ~= tonumber(ARGV[4]) then
  return {'unknown', '0', {}}
end
if redis.call('HEXISTS', KEYS[10], agentId) == 1 then
  local deadSince = int(observedMs - tonumber(ARGV[6]))
  local due = recovering and {} or redis.call('ZRANGEBYSCORE', KEYS[11], '-inf', deadSince, 'LIMIT', 0, dueMax)
  return {'voter', '0', due}
end
local votersMax = tonumber(ARGV[7])
if redis.call('HLEN', KEYS[10]) >= votersMax then
  return {'full', '0', {}}
end
local life = int(member.incarnation) .. ' ' .. int(member.joinedAtMs) .. ' '
local waiting = redis.call('HGET', KEYS[12], agentId)
local sinceMs = waiting and string.sub(waiting, 1, #life) == life and tonumber(string.sub(waiting, #life + 1))
if not sinceMs then
  -- What is left of those who died while they waited goes with all that wait: they begin anew.
  if redis.call('HLEN', KEYS[12]) >= votersMax * 2 then
    redis.call('DEL', KEYS[12])
  end
  sinceMs = observedMs
  redis.call('HSET', KEYS[12], agentId, life .. int(sinceMs))
end
local leftMs = sinceMs + tonumber(ARGV[5]) - observedMs
if recovering or leftMs > 0 then
  return {'waiting', int(math.max(leftMs, 1)), {}}
end
redis.call('HDEL', KEYS[12], agentId)
redis.call('HSET', KEYS[10], agentId, int(nowMs))
raiseVotersVersion()
return {'enrolled', '0', {}}
