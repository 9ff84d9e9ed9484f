#!lua flags=allow-oom
-- The leader gives members their roles: an effect fenced by equality with the live record (L1, L3). Each change is made where the
-- member still lives in that incarnation with the role that it starts from, and is a mark in the membership log: nobody's
-- place in the rhythm changes by it. In the recovery window nothing is given (S1).
--
-- KEYS: 12
-- Include: voters-version, members, leader
-- Input:  KEYS[1] store key, KEYS[2..11] see members.lua, KEYS[12] leader record
--         ARGV[1] generation, ARGV[2] channel, ARGV[3] agentId, ARGV[4] incarnation, ARGV[5] term, ARGV[6] generation of the
--         holding, then per change, each agent once: agentId, incarnation, role before, role after
-- Output: {agentIds whose role was changed}; errors `ENTRAIN stale-term <term in force>`, `ENTRAIN recovering <ms left>`

local leader = readLeader(KEYS[12])
if not isFencedBy(leader, ARGV[3], ARGV[4], ARGV[5], ARGV[6]) then
  return fail('stale-term', int(isLive(leader) and leader.term or 0))
end
if recovering then
  return fail('recovering', int(windowLeftMs))
end

local changed = {}
for at = 7, #ARGV, 4 do
  local agentId, incarnation, before, after = ARGV[at], tonumber(ARGV[at + 1]), ARGV[at + 2], ARGV[at + 3]
  local member = readState(agentId)
  local isMeant = member ~= nil and member.state == 'alive' and member.incarnation == incarnation
  if isMeant and (member.role or 'standby') == before then
    member.role, member.roleSinceMs = after, nowMs
    local text = stateText(member)
    redis.call('HSET', KEYS[4], agentId, text)
    recordMark(agentId, text, redis.call('HGET', KEYS[3], agentId))
    changed[#changed + 1] = agentId
  end
end
finish()
return changed
