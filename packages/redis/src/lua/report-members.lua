#!lua flags=allow-oom
-- A process reports members that its probes do not reach. The first report marks them suspect, for all to see and for
-- themselves to refute; votes that they are dead, of enough processes, bury them without waiting for their silence to grow
-- old. A report names the life that it means: the incarnation, and how often that was refuted (M3); one that means an earlier
-- life changes nothing. A vote is valid for a time only. In the recovery window nobody is suspected or judged.
--
-- KEYS: 12
-- Include: voters-version, members
-- Input:  KEYS[1] store key, KEYS[2..11] see members.lua, KEYS[12] votes: agentId -> the life that they mean, then reporter and
--         instant of each
--         ARGV[1] generation, ARGV[2] channel, ARGV[3] reporter, ARGV[4] its incarnation, ARGV[5] 'suspect' or 'dead',
--         ARGV[6] votes that it takes, ARGV[7] how long a vote is valid, ms, then per member, each once: agentId,
--         incarnation, refutations
-- Output: how many were buried; -1 where the reporter is not alive itself

local votesMax = 32
local keptMs = 60000

local reporter, validMs = ARGV[3], tonumber(ARGV[7])
local own = readState(reporter)
if not own or own.state ~= 'alive' or own.incarnation ~= tonumber(ARGV[4]) then
  return -1
end

local function isVoter(agentId, atMs)
  local member = readState(agentId)
  return member ~= nil and member.state == 'alive' and math.abs(nowMs - tonumber(atMs)) <= validMs
end

-- Counts the vote; answers how many are valid.
local function vote(agentId, life)
  local kept, votes = {life, reporter, int(nowMs)}, 1
  local stored = redis.call('HGET', KEYS[12], agentId) or ''
  if string.sub(stored, 1, #life + 1) == life .. ' ' then
    for voter, atMs in string.gmatch(string.sub(stored, #life + 2), '(%S+) (%d+)') do
      if voter ~= reporter and votes < votesMax and isVoter(voter, atMs) then
        kept[#kept + 1], kept[#kept + 2] = voter, atMs
        votes = votes + 1
      end
    end
  end
  redis.call('HSET', KEYS[12], agentId, table.concat(kept, ' '))
  redis.call('PEXPIRE', KEYS[12], keptMs)
  return votes
end

local function report(agentId, incarnation, refutations)
  local member = readState(agentId)
  local isMeant = member ~= nil and member.state == 'alive' and member.incarnation == incarnation
  if not isMeant or (member.refutations or 0) ~= refutations or agentId == reporter then
    return 0
  end
  if not member.isSuspect then
    member.refutations, member.isSuspect = refutations, true
    local text = stateText(member)
    redis.call('HSET', KEYS[4], agentId, text)
    recordMark(agentId, text, redis.call('HGET', KEYS[3], agentId))
  end
  if ARGV[5] ~= 'dead' or vote(agentId, int(incarnation) .. '/' .. int(refutations)) < math.max(2, tonumber(ARGV[6])) then
    return 0
  end
  redis.call('HDEL', KEYS[12], agentId)
  bury(agentId, member, 'dead')
  return 1
end

local buried = 0
if not recovering then
  for at = 8, #ARGV, 3 do
    buried = buried + report(ARGV[at], tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]))
  end
end
finish()
return buried
