-- Members and the membership log, for the commands that change them (M1, M3). A member is two texts: its offer, which only
-- its process writes, and its state, `<state> <incarnation> <joinedAtMs> <changedAtMs> <health in millionths>`, where it has a
-- risk or a load followed by `/<risk in millionths>`, and the load by `/<load in millionths>` after that, and, of the living, ` <ticket>`; of those who were ever suspected in this life or are joining it, after it ` <refutations> <1 while suspected, 2 while joining, else 0>`,
-- and of those who were ever given a role ` <role> <since, ms>` after that. The dead keep their refutations, without a ticket: an
-- incarnation that comes back goes on counting, so that no report about its earlier life means the present one.
--
-- R5: the places of a version follow from its members; with the version goes the first beat for which they hold, so that all
-- change places between the same two beats. It is reckoned from the count that heartbeats carry, as effectiveBeatOf in
-- core/rhythm/slot-plan.ts does; without one, or with one that is too old, it is ''.
--
-- Input:  KEYS[2] membership, KEYS[3] offers, KEYS[4] states, KEYS[5] beats, KEYS[6] dead, KEYS[7] left, KEYS[8] deltas,
--         KEYS[9] free tickets, KEYS[10] voters, KEYS[11] dead voters by observed ms
--         ARGV[2] channel
-- Offers: version, observedMs, signOfLife, readState, stateText, recordChange, recordMark, dealTickets, countStands, bury, forget,
--         finish, raiseVotersVersion, removeVoter

local deltasMax = 2000
local goneMax = 10000
local countMaxAgeMs = 10000

local membership = redis.call('HMGET', KEYS[2], 'version', 'observedMs', 'cycle', 'cycleAtMs', 'periodMs', 'effectiveBeat')
local storedVersion = tonumber(membership[1]) or 0
local version = math.max(storedVersion, numberFloor)
-- Time during which the store was seen to run: no one is judged by a pause, a restart or a jump of the clock.
local observedMs = tonumber(membership[2]) or 0
local count = {cycle = tonumber(membership[3]), atMs = tonumber(membership[4]), periodMs = tonumber(membership[5])}
local effectiveBeat = membership[6] or ''

-- The score of a sign of life: its observed instant, moved by how much longer than this the member may be silent. So one look
-- finds whoever was silent for too long, each by what its own process said; at the default it is the instant.
local usualSilenceMs = 3000

local function signOfLife(deadAfterMs)
  return int(observedMs + tonumber(deadAfterMs) - usualSilenceMs)
end

local function readState(agentId)
  local text = redis.call('HGET', KEYS[4], agentId)
  if not text then
    return nil
  end
  local state, incarnation, joinedAtMs, changedAtMs, health, risk, load, ticket, refutations, suspected, role, roleSinceMs =
    string.match(text, '^(%a+) (%d+) (%d+) (%d+) (%d+)/?(%d*)/?(%d*) ?(%d*) ?(%d*) ?([012]?) ?([%a-]*) ?(%d*)$')
  return {
    state = state,
    incarnation = tonumber(incarnation),
    joinedAtMs = tonumber(joinedAtMs),
    changedAtMs = tonumber(changedAtMs),
    health = tonumber(health),
    risk = tonumber(risk) or 0,
    load = tonumber(load) or 0,
    ticket = tonumber(ticket),
    refutations = tonumber(refutations),
    isSuspect = suspected == '1',
    isJoining = suspected == '2',
    role = role ~= '' and role or nil,
    roleSinceMs = tonumber(roleSinceMs),
  }
end

local function stateText(member)
  local isMarked = member.refutations or member.role or member.isJoining
  local risk = (member.risk ~= 0 or member.load ~= 0) and '/' .. int(member.risk) or ''
  return member.state
    .. ' ' .. int(member.incarnation)
    .. ' ' .. int(member.joinedAtMs)
    .. ' ' .. int(member.changedAtMs)
    .. ' ' .. int(member.health) .. risk .. (member.load ~= 0 and '/' .. int(member.load) or '')
    .. ((member.ticket or isMarked) and ' ' .. (member.ticket and int(member.ticket) or '') or '')
    .. (isMarked and ' ' .. int(member.refutations or 0) .. (member.isSuspect and ' 1' or (member.isJoining and ' 2' or ' 0')) or '')
    .. (member.role and ' ' .. member.role .. ' ' .. int(member.roleSinceMs) or '')
end

-- The swarm's count of beats stands here now.
local function countStands(cycle, periodMs)
  count = {cycle = tonumber(cycle), atMs = nowMs, periodMs = tonumber(periodMs)}
  redis.call('HSET', KEYS[2], 'cycle', cycle, 'cycleAtMs', int(nowMs), 'periodMs', periodMs)
end

local function firstBeatOfPlaces()
  local sinceMs = count.cycle and nowMs - count.atMs
  if not sinceMs or sinceMs > countMaxAgeMs then
    return ''
  end
  local noticeMs = math.max(50, math.min(count.periodMs, 1000))
  return int(math.ceil(count.cycle + (math.max(0, sinceMs) + noticeMs) / count.periodMs))
end

-- One delta, one version: the stream's own ids are the versions, so that a reader finds its place without a search. A mark on
-- a member changes nobody's place (R5): it leaves the first beat as it is.
local function recordMark(agentId, state, offer)
  version = version + 1
  redis.call('XADD', KEYS[8], 'MAXLEN', '~', deltasMax, int(version) .. '-0',
    'agentId', agentId, 'state', state, 'offer', offer, 'effectiveBeat', effectiveBeat)
end

local function recordChange(agentId, state, offer)
  effectiveBeat = firstBeatOfPlaces()
  recordMark(agentId, state, offer)
end

-- The lowest tickets that nobody holds: first those that were given back, then new ones.
local function dealTickets(wanted)
  local dealt = {}
  if wanted == 0 then
    return dealt
  end
  local free = redis.call('ZPOPMIN', KEYS[9], wanted)
  for at = 1, #free, 2 do
    dealt[#dealt + 1] = tonumber(free[at])
  end
  local new = wanted - #dealt
  if new > 0 then
    local after = redis.call('HINCRBY', KEYS[2], 'tickets', new)
    for ticket = after - new, after - 1 do
      dealt[#dealt + 1] = ticket
    end
  end
  return dealt
end

local function forget(agentId)
  redis.call('ZREM', KEYS[6], agentId)
  redis.call('ZREM', KEYS[7], agentId)
  redis.call('HDEL', KEYS[3], agentId)
  redis.call('HDEL', KEYS[4], agentId)
end

local function forgetOldest(key)
  local oldest = redis.call('ZRANGE', key, 0, 0)
  if oldest[1] then
    forget(oldest[1])
  end
end

-- The voters' record is changed one member at a time (M2).
local function raiseVotersVersion()
  redis.call('HSET', KEYS[2], 'votersVersion', int(votersVersion(KEYS[2]) + 1))
end

local function removeVoter(agentId)
  redis.call('ZREM', KEYS[11], agentId)
  local wasVoter = redis.call('HDEL', KEYS[10], agentId) == 1
  if wasVoter then
    raiseVotersVersion()
  end
  return wasVoter
end

-- From alive or dead to `state`: 'dead' or 'left'. Beyond goneMax of a kind the oldest is forgotten.
local function bury(agentId, member, state)
  if member.state == 'alive' then
    redis.call('ZREM', KEYS[5], agentId)
    redis.call('HINCRBY', KEYS[2], 'healthSum', int(-member.health))
    if member.ticket then
      redis.call('ZADD', KEYS[9], member.ticket, int(member.ticket))
      member.ticket = nil
    end
    member.isSuspect, member.isJoining, member.role, member.load = false, false, nil, 0
  end
  member.state = state
  member.changedAtMs = nowMs
  local gone = state == 'dead' and KEYS[6] or KEYS[7]
  if state == 'left' then
    removeVoter(agentId)
  elseif redis.call('HEXISTS', KEYS[10], agentId) == 1 then
    redis.call('ZADD', KEYS[11], int(observedMs), agentId)
  end
  redis.call('ZREM', KEYS[6], agentId)
  redis.call('ZADD', gone, int(observedMs), agentId)
  local text = stateText(member)
  redis.call('HSET', KEYS[4], agentId, text)
  recordChange(agentId, text, redis.call('HGET', KEYS[3], agentId))
  if redis.call('ZCARD', gone) > goneMax then
    forgetOldest(gone)
  end
end

-- Stores and tells the new version, once per command.
local function finish()
  if version ~= storedVersion then
    redis.call('HSET', KEYS[2], 'version', int(version), 'effectiveBeat', effectiveBeat)
    redis.call('PUBLISH', ARGV[2], int(version))
  end
end
