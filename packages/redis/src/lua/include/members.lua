-- Members and the membership log, for the commands that change them (M1, M3). A member is two texts: its offer, which only
-- its process writes, and its state, `<state> <incarnation> <joinedAtMs> <changedAtMs> <health in millionths>`.
--
-- Input:  KEYS[2] membership, KEYS[3] offers, KEYS[4] states, KEYS[5] beats, KEYS[6] dead, KEYS[7] left, KEYS[8] deltas,
--         KEYS[9] voters, KEYS[10] dead voters by observed ms
--         ARGV[2] channel
-- Offers: version, observedMs, readState, stateText, recordChange, bury, forget, finish,
--         raiseVotersVersion, removeVoter

local deltasMax = 2000
local goneMax = 10000

local membership = redis.call('HMGET', KEYS[2], 'version', 'observedMs')
local storedVersion = tonumber(membership[1]) or 0
local version = math.max(storedVersion, numberFloor)
-- Time during which the store was seen to run: no one is judged by a pause, a restart or a jump of the clock.
local observedMs = tonumber(membership[2]) or 0

local function readState(agentId)
  local text = redis.call('HGET', KEYS[4], agentId)
  if not text then
    return nil
  end
  local state, incarnation, joinedAtMs, changedAtMs, health = string.match(text, '^(%a+) (%d+) (%d+) (%d+) (%d+)$')
  return {
    state = state,
    incarnation = tonumber(incarnation),
    joinedAtMs = tonumber(joinedAtMs),
    changedAtMs = tonumber(changedAtMs),
    health = tonumber(health),
  }
end

local function stateText(member)
  return member.state
    .. ' ' .. int(member.incarnation)
    .. ' ' .. int(member.joinedAtMs)
    .. ' ' .. int(member.changedAtMs)
    .. ' ' .. int(member.health)
end

-- One delta, one version: the stream's own ids are the versions, so that a reader finds its place without a search.
local function recordChange(agentId, state, offer)
  version = version + 1
  redis.call('XADD', KEYS[8], 'MAXLEN', '~', deltasMax, int(version) .. '-0', 'agentId', agentId, 'state', state, 'offer', offer)
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
  redis.call('ZREM', KEYS[10], agentId)
  local wasVoter = redis.call('HDEL', KEYS[9], agentId) == 1
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
  end
  member.state = state
  member.changedAtMs = nowMs
  local gone = state == 'dead' and KEYS[6] or KEYS[7]
  if state == 'left' then
    removeVoter(agentId)
  elseif redis.call('HEXISTS', KEYS[9], agentId) == 1 then
    redis.call('ZADD', KEYS[10], int(observedMs), agentId)
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
    redis.call('HSET', KEYS[2], 'version', int(version))
    redis.call('PUBLISH', ARGV[2], int(version))
  end
end
