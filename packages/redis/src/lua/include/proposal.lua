-- Proposals (M2, P2). A proposal is a hash, its round's votes are another: voter -> choice. What the votes come to is worked out
-- by whoever reads them, packages/core/src/vote: a vote stands as it was cast first, so all come to the same.
--
-- Input:  KEYS[2] membership, KEYS[3] voters
--         ARGV[2] channel, ARGV[3] what the keys of single proposals begin with
-- Offers: proposalKey(id), votesKey(id), readProposal(id), electorate(), openRound(id, round, votersMin, previous)

local function proposalKey(id)
  return ARGV[3] .. 'proposal:' .. id
end

local function votesKey(id)
  return ARGV[3] .. 'proposal-votes:' .. id
end

local function readProposal(id)
  local fields = redis.call('HMGET', proposalKey(id), 'round', 'votersVersion', 'electorate', 'takenUntilMs', 'roundsMax')
  if not fields[1] then
    return nil
  end
  local version = tonumber(fields[2])
  return {
    round = tonumber(fields[1]),
    electorate = fields[3],
    isTaken = nowMs < tonumber(fields[4]),
    roundsMax = tonumber(fields[5]),
    -- What was cast before the store may have lost votes is counted, but nobody votes on in that round (S1).
    isOfGeneration = version >= numberFloor,
  }
end

-- The electorate of a round is the voters' record as it is now.
local function openRound(id, round, votersMin, previous)
  local voters = redis.call('HKEYS', KEYS[3])
  table.sort(voters)
  redis.call('DEL', votesKey(id))
  redis.call('HSET', proposalKey(id), 'round', int(round), 'votersVersion', int(votersVersion(KEYS[2])),
    'electorate', table.concat(voters, ' '), 'votersMin', votersMin, 'previous', previous)
  redis.call('PUBLISH', ARGV[2], id)
end
