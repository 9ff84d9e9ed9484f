#!lua
-- A voter reports the leader gone, and takes over where its report is the one that makes enough of them (L5): more than half of
-- the voters other than the leader, and at least two. A report is valid for a quarter of the lease, under the term that it
-- names, and only until the leader renews. In the recovery window nobody is succeeded before the lease's end (S1).
--
-- KEYS: 6
-- Include: leader
-- Input:  KEYS[1] store key, KEYS[2] leader record, KEYS[3] highest term, KEYS[4] voters, KEYS[5] member states,
--         KEYS[6] reports: voter -> term, its renewals, instant
--         ARGV[1] generation, ARGV[2] channel of the leader, ARGV[3] channel of reports, ARGV[4] voter, ARGV[5] its
--         incarnation, ARGV[6] highest term that it has seen, ARGV[7] lease in ms, ARGV[8] the leader, ARGV[9] its term
-- Output: {'granted', term, generation} | {'counted', reports, how many it takes} | {'no-voter'}
--         | {'record', live leader or {}}: it is another by now, or nobody may be succeeded now

local voter = ARGV[4]
local leader = readLeader(KEYS[2])
local isMeant = isLive(leader) and leader.agentId == ARGV[8] and leader.term == tonumber(ARGV[9])
if recovering or not isMeant or leader.clockWentBack or leader.agentId == voter then
  return {'record', leaderReply(leader)}
end
local life = 'alive ' .. ARGV[5] .. ' '
local state = redis.call('HGET', KEYS[5], voter) or ''
if redis.call('HEXISTS', KEYS[4], voter) == 0 or string.sub(state, 1, #life) ~= life then
  return {'no-voter'}
end

-- No instant tells one renewal from the next of the same millisecond.
local lease = int(leader.term) .. ' ' .. int(leader.renewals)
redis.call('HSET', KEYS[6], voter, lease .. ' ' .. int(nowMs))
local reports = 0
local stored = redis.call('HGETALL', KEYS[6])
for at = 1, #stored, 2 do
  local reported, atMs = string.match(stored[at + 1], '^(%d+ %d+) (%d+)$')
  local isValid = reported == lease and math.abs(nowMs - tonumber(atMs)) <= leader.leaseMs / 4
  if isValid and stored[at] ~= leader.agentId and redis.call('HEXISTS', KEYS[4], stored[at]) == 1 then
    reports = reports + 1
  end
end
local others = redis.call('HLEN', KEYS[4]) - redis.call('HEXISTS', KEYS[4], leader.agentId)
local needed = math.max(math.floor(others / 2) + 1, 2)
if reports < needed then
  redis.call('PUBLISH', ARGV[3], int(leader.term))
  return {'counted', int(reports), int(needed)}
end

redis.call('DEL', KEYS[6])
local term = math.max((tonumber(redis.call('GET', KEYS[3])) or 0) + 1, nowMs, tonumber(ARGV[6]) + 1)
writeLeader(KEYS[2], KEYS[3], ARGV[2], voter, ARGV[5], term, tonumber(ARGV[7]))
return {'granted', int(term), int(generation)}
