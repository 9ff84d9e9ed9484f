#!lua flags=allow-oom
-- A process reports members that its probes do not reach. The first report marks them suspect, for all to see and for
-- themselves to refute; votes that they are dead, of enough processes, bury them without waiting for their silence to grow
-- old. A report names the life that it means: the incarnation, and how often that was refuted (M3); one that means an earlier
-- life changes nothing. A vote is valid for a time only. In the recovery window nobody is suspected or judged.
--
-- A vote on silence counts once the suspicion has stood for a while: reports that wait in front of a store that is held up are
-- all carried out at once when it goes on, before the suspect can learn of the first of them and refute (M1). Who refuses
-- connections where it answered this reporter before cannot refute: such a vote counts at once.
--
-- KEYS: 12
-- Include: voters-version, members
-- Input:  KEYS[1] store key, KEYS[2..11] see members.lua, KEYS[12] votes: agentId -> the life that they mean, since when it is
--         suspect, then reporter and instant of each
--         ARGV[1] generation, ARGV[2] channel, ARGV[3] reporter, ARGV[4] its incarnation, ARGV[5] 'suspect', 'dead'
--         (silent after the suspicion as well) or 'refused', ARGV[6] votes that it takes, ARGV[7] how long a vote is valid, ms, then per member, each once: agentId,
--         incarnation, refutations
-- Output: how many were buried; -1 where the reporter is not alive itself

local votesMax = 32
local keptMs = 60000
local standsMs = 200

local reporter, validMs = ARGV[3], tonumber(ARGV[7])
local own = readState(reporter)
if not own or own.state ~= 'alive' or own.incarnation ~= tonumber(ARGV[4]) then
  return -1
end

local function isVoter(agentId, atMs)
  local member = readState(agentId)
  return member ~= nil and member.state == 'alive' and math.abs(nowMs - tonumber(atMs)) <= validMs
end

-- The life, since when it is suspect, and the votes on it of others that are valid.
local function readVotes(agentId, life)
  local stored = redis.call('HGET', KEYS[12], agentId) or ''
  if string.sub(stored, 1, #life + 1) ~= life .. ' ' then
    return {life, int(nowMs)}
  end
  local sinceMs, others = string.match(string.sub(stored, #life + 2), '^(%d+) ?(.*)$')
  local votes = {life, sinceMs}
  for voter, atMs in string.gmatch(others, '(%S+) (%d+)') do
    if voter ~= reporter and #votes < 2 * votesMax and isVoter(voter, atMs) then
      votes[#votes + 1], votes[#votes + 2] = voter, atMs
    end
  end
  return votes
end

-- Counts the vote, where it is one; answers how many are valid, itself included, or 0 where it is none.
local function vote(agentId, life)
  local votes = readVotes(agentId, life)
  local counts = ARGV[5] == 'refused' or (ARGV[5] == 'dead' and math.abs(nowMs - tonumber(votes[2])) >= standsMs)
  if counts then
    votes[#votes + 1], votes[#votes + 2] = reporter, int(nowMs)
  end
  redis.call('HSET', KEYS[12], agentId, table.concat(votes, ' '))
  redis.call('PEXPIRE', KEYS[12], keptMs)
  return counts and (#votes - 2) / 2 or 0
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
  if vote(agentId, int(incarnation) .. '/' .. int(refutations)) < math.max(2, tonumber(ARGV[6])) then
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
