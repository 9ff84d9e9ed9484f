-- The leader record, for the commands that grant, prolong, show or check it (L1 to L3).
--
-- Offers: readLeader(key), isLive(leader), leaderReply(leader), isFencedBy(leader, agentId, incarnation, term, generation),
--         writeLeader(key, key of the term, channel, agentId, incarnation, term, leaseMs)

local function readLeader(key)
  local fields = redis.call('HMGET', key, 'agentId', 'incarnation', 'term', 'generation', 'leaseUntilMs', 'leaseMs', 'renewals')
  if not fields[1] then
    return nil
  end
  local leaseMs = tonumber(fields[6])
  return {
    agentId = fields[1],
    incarnation = tonumber(fields[2]),
    term = tonumber(fields[3]),
    generation = tonumber(fields[4]),
    leaseMs = leaseMs,
    renewals = tonumber(fields[7]) or 0,
    -- A lease that is longer than it was granted means that the clock went back: at most the whole lease is left.
    clockWentBack = tonumber(fields[5]) - nowMs > leaseMs,
    remainingMs = math.min(tonumber(fields[5]) - nowMs, leaseMs),
  }
end

-- A record of an earlier generation lives on in the recovery window only, where a renewal may carry it over (S1).
local function isLive(leader)
  return leader ~= nil and leader.remainingMs > 0 and (leader.generation == generation or recovering)
end

local function leaderReply(leader)
  if not isLive(leader) then
    return {}
  end
  return {
    leader.agentId,
    int(leader.incarnation),
    int(leader.term),
    int(leader.generation),
    int(nowMs + leader.remainingMs),
    int(leader.remainingMs),
  }
end

-- Under a new term, which everybody is told.
local function writeLeader(key, termKey, channel, agentId, incarnation, term, leaseMs)
  redis.call('SET', termKey, int(term))
  redis.call('HSET', key, 'agentId', agentId, 'incarnation', incarnation, 'term', int(term), 'generation', int(generation),
    'leaseUntilMs', int(nowMs + leaseMs), 'leaseMs', int(leaseMs))
  redis.call('PUBLISH', channel, int(term))
end

-- Equality with the live record of this very generation (L3).
local function isFencedBy(leader, agentId, incarnation, term, fenceGeneration)
  return isLive(leader)
    and leader.generation == generation
    and leader.agentId == agentId
    and leader.incarnation == tonumber(incarnation)
    and leader.term == tonumber(term)
    and leader.generation == tonumber(fenceGeneration)
end
