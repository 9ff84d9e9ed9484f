#!lua flags=allow-oom
-- Signs of life of one process's agents. Before, the observed time goes on by what passed since the last heartbeat of
-- anybody, but by no more than one step: the shorter one of that process and this. Who was joining has joined, which is a mark in the log; after, whoever was silent for too long in observed time is judged dead (M1), and
-- whoever has been gone for long is forgotten: a few per call. In the recovery window nobody is judged.
--
-- KEYS: 11
-- Include: voters-version, members
-- Input:  KEYS[1] store key, KEYS[2..11] see members.lua
--         ARGV[1] generation, ARGV[2] channel, ARGV[3] longest step of observed time, ARGV[4] silence after which these agents are dead, ARGV[5] time
--         after which the gone are forgotten (all ms), ARGV[6] the swarm's count of beats or '', ARGV[7] its period (ms) or '',
--         then per agent, each once: agentId, incarnation, health and risk in millionths, load in millionths or '' where it is as
--         it was told last
-- Output: {version, {agentIds not alive in this incarnation}, {agentIds superseded by a higher one}}

local sweepMax = 50

local tick = redis.call('HMGET', KEYS[2], 'tickMs', 'stepMs')
local stepMs = math.min(tonumber(ARGV[3]), tonumber(tick[2]) or math.huge)
observedMs = observedMs + math.max(0, math.min(nowMs - (tonumber(tick[1]) or nowMs), stepMs))
redis.call('HSET', KEYS[2], 'tickMs', int(nowMs), 'stepMs', ARGV[3], 'observedMs', int(observedMs))
if ARGV[6] ~= '' then
  countStands(ARGV[6], ARGV[7])
end

local unknown, superseded = {}, {}
local beats, states = {}, {}
local healthDelta = 0
for at = 8, #ARGV, 5 do
  local agentId, incarnation = ARGV[at], tonumber(ARGV[at + 1])
  local health, risk = tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3])
  local member = readState(agentId)
  local alive = member ~= nil and member.state == 'alive'
  if alive and member.incarnation > incarnation then
    superseded[#superseded + 1] = agentId
  elseif not alive or member.incarnation < incarnation then
    unknown[#unknown + 1] = agentId
  else
    beats[#beats + 1], beats[#beats + 2] = signOfLife(ARGV[4]), agentId
    local load = tonumber(ARGV[at + 4]) or member.load
    if member.isJoining or member.health ~= health or member.risk ~= risk or member.load ~= load then
      local isNews = member.isJoining
      healthDelta = healthDelta + health - member.health
      member.health, member.risk, member.load, member.isJoining = health, risk, load, false
      local text = stateText(member)
      states[#states + 1], states[#states + 2] = agentId, text
      if isNews then
        recordMark(agentId, text, redis.call('HGET', KEYS[3], agentId))
      end
    end
  end
end
-- One command per key: what a script writes one by one costs Redis 7.0 the square of its number.
if beats[1] then
  redis.call('ZADD', KEYS[5], unpack(beats))
end
if states[1] then
  redis.call('HSET', KEYS[4], unpack(states))
  redis.call('HINCRBY', KEYS[2], 'healthSum', int(healthDelta))
end

if not recovering then
  local silentSince = int(observedMs - usualSilenceMs)
  for _, agentId in ipairs(redis.call('ZRANGEBYSCORE', KEYS[5], '-inf', silentSince, 'LIMIT', 0, sweepMax)) do
    bury(agentId, readState(agentId), 'dead')
  end
end
local goneSince = int(observedMs - tonumber(ARGV[5]))
for _, gone in ipairs({KEYS[6], KEYS[7]}) do
  for _, agentId in ipairs(redis.call('ZRANGEBYSCORE', gone, '-inf', goneSince, 'LIMIT', 0, sweepMax)) do
    forget(agentId)
  end
end
finish()
return {int(version), unknown, superseded}
