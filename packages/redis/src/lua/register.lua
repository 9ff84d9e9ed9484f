#!lua
-- Lists agents as alive, all or none. A higher incarnation takes over, or is refused while the other lives, as its caller wants;
-- a lower one is refused (M3). The same incarnation that comes back from the dead goes on with its refutations at one more:
-- what was reported of it before it died is void. A life that begins is joining until its first heartbeat. Accepted in the recovery window as well.
--
-- KEYS: 11
-- Include: voters-version, members
-- Input:  KEYS[1] store key, KEYS[2..11] see members.lua
--         ARGV[1] generation, ARGV[2] channel, ARGV[3] most members alive, ARGV[4] 1 to take over, else 0,
--         ARGV[5] 1 where an unknown life begins now, 0 where it has been a member before, ARGV[6] silence after which these are dead (ms),
--         then per agent, each once and at least one: agentId, incarnation, health in millionths, offer
-- Output: membership version; errors `ENTRAIN superseded <agentId>`, `ENTRAIN alive <agentId>`,
--         `ENTRAIN resource-exhausted <sentence>`

local newcomers = 0
for at = 7, #ARGV, 4 do
  local member = readState(ARGV[at])
  local alive = member ~= nil and member.state == 'alive'
  if alive and member.incarnation > tonumber(ARGV[at + 1]) then
    return fail('superseded', ARGV[at])
  end
  if alive and member.incarnation < tonumber(ARGV[at + 1]) and ARGV[4] == '0' then
    return fail('alive', ARGV[at])
  end
  if not alive then
    newcomers = newcomers + 1
  end
end
if newcomers > 0 and redis.call('ZCARD', KEYS[5]) + newcomers > tonumber(ARGV[3]) then
  return fail('resource-exhausted', 'the swarm is full: at most ' .. ARGV[3] .. ' members are alive at once')
end

-- Written in one command per key: what a script writes one by one costs Redis 7.0 the square of its number.
local agentIds, offers, states, beats = {}, {}, {}, {}
local tickets, dealt = dealTickets(newcomers), 0
local healthDelta = 0
for at = 7, #ARGV, 4 do
  local agentId, incarnation, health, offer = ARGV[at], tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]), ARGV[at + 3]
  local before = readState(agentId)
  local alive = before ~= nil and before.state == 'alive'
  local sameLife = alive and before.incarnation == incarnation
  local isBack = before ~= nil and before.state == 'dead' and before.incarnation == incarnation
  local refutations = isBack and (before.refutations or 0) + 1 or (sameLife and before.refutations or nil)
  local ticket = alive and before.ticket
  if not alive then
    dealt = dealt + 1
    ticket = tickets[dealt]
  end
  local text = stateText({
    state = 'alive',
    incarnation = incarnation,
    joinedAtMs = sameLife and before.joinedAtMs or nowMs,
    changedAtMs = sameLife and before.changedAtMs or nowMs,
    health = health,
    risk = sameLife and before.risk or 0,
    load = sameLife and before.load or 0,
    ticket = ticket,
    refutations = refutations,
    isSuspect = sameLife and before.isSuspect,
    isJoining = sameLife and before.isJoining or (not sameLife and ARGV[5] == '1'),
    role = sameLife and before.role or nil,
    roleSinceMs = sameLife and before.roleSinceMs or nil,
  })
  healthDelta = healthDelta + health - (alive and before.health or 0)
  if not sameLife then
    recordChange(agentId, text, offer)
  elseif redis.call('HGET', KEYS[3], agentId) ~= offer then
    recordMark(agentId, text, offer)
  end
  agentIds[#agentIds + 1] = agentId
  offers[#offers + 1], offers[#offers + 2] = agentId, offer
  states[#states + 1], states[#states + 2] = agentId, text
  beats[#beats + 1], beats[#beats + 2] = signOfLife(ARGV[6]), agentId
end
redis.call('HSET', KEYS[3], unpack(offers))
redis.call('HSET', KEYS[4], unpack(states))
redis.call('ZADD', KEYS[5], unpack(beats))
redis.call('ZREM', KEYS[6], unpack(agentIds))
redis.call('ZREM', KEYS[7], unpack(agentIds))
redis.call('ZREM', KEYS[11], unpack(agentIds))
redis.call('HINCRBY', KEYS[2], 'healthSum', int(healthDelta))
finish()
return int(version)
