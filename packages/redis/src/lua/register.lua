#!lua
-- Lists agents as alive, all or none. A higher incarnation takes over; a lower one is refused (M3). Accepted in the recovery
-- window as well.
--
-- KEYS: 8
-- Include: members
-- Input:  KEYS[1] store key, KEYS[2..8] see members.lua
--         ARGV[1] generation, ARGV[2] channel, ARGV[3] most members alive, then per agent: agentId, incarnation, health in
--         millionths, offer
-- Output: membership version; errors `ENTRAIN superseded <agentId>`, `ENTRAIN resource-exhausted <sentence>`

local newcomers = 0
for at = 4, #ARGV, 4 do
  local member = readState(ARGV[at])
  local alive = member ~= nil and member.state == 'alive'
  if alive and member.incarnation > tonumber(ARGV[at + 1]) then
    return fail('superseded', ARGV[at])
  end
  if not alive then
    newcomers = newcomers + 1
  end
end
if newcomers > 0 and redis.call('ZCARD', KEYS[5]) + newcomers > tonumber(ARGV[3]) then
  return fail('resource-exhausted', 'the swarm is full: at most ' .. ARGV[3] .. ' members are alive at once')
end

for at = 4, #ARGV, 4 do
  local agentId, incarnation, health, offer = ARGV[at], tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]), ARGV[at + 3]
  local before = readState(agentId)
  local alive = before ~= nil and before.state == 'alive'
  local sameLife = alive and before.incarnation == incarnation
  local changed = not sameLife or redis.call('HGET', KEYS[3], agentId) ~= offer
  local text = writeState(agentId, {
    state = 'alive',
    incarnation = incarnation,
    joinedAtMs = sameLife and before.joinedAtMs or nowMs,
    changedAtMs = sameLife and before.changedAtMs or nowMs,
    health = health,
  })
  redis.call('HINCRBY', KEYS[2], 'healthSum', int(health - (alive and before.health or 0)))
  redis.call('ZREM', KEYS[6], agentId)
  redis.call('ZREM', KEYS[7], agentId)
  redis.call('ZADD', KEYS[5], int(observedMs), agentId)
  if changed then
    redis.call('HSET', KEYS[3], agentId, offer)
    recordChange(agentId, text)
  end
end
finish()
return int(version)
