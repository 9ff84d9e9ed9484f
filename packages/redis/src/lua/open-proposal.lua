#!lua
-- Makes a proposal and opens its first round, once under its id.
--
-- KEYS: 4
-- Include: voters-version, proposal
-- Input:  KEYS[1] store key, KEYS[2] membership, KEYS[3] voters, KEYS[4] proposals
--         ARGV[1] generation, ARGV[2] channel, ARGV[3] prefix, ARGV[4] id, ARGV[5] definition (JSON), ARGV[6] who proposes,
--         ARGV[7] least number of voters that is a quorum, ARGV[8] how long votes are taken, ms, ARGV[9] most rounds,
--         ARGV[10] most proposals
-- Output: 'proposed' | 'repeated' | 'reused' | 'full'; error `ENTRAIN recovering <ms left>`

local id = ARGV[4]
local known = redis.call('HGET', proposalKey(id), 'definition')
if known then
  return known == ARGV[5] and 'repeated' or 'reused'
end
if recovering then
  return fail('recovering', int(windowLeftMs))
end
if redis.call('ZCARD', KEYS[4]) >= tonumber(ARGV[10]) then
  local oldest = redis.call('ZRANGE', KEYS[4], 0, 0)[1]
  local proposal = readProposal(oldest)
  if proposal and proposal.isTaken then
    return 'full'
  end
  redis.call('DEL', proposalKey(oldest), votesKey(oldest))
  redis.call('ZREM', KEYS[4], oldest)
end
redis.call('HSET', proposalKey(id), 'definition', ARGV[5], 'proposedBy', ARGV[6], 'roundsMax', ARGV[9],
  'takenUntilMs', int(nowMs + tonumber(ARGV[8])))
-- Two of one millisecond keep their order.
local latestMs = tonumber(redis.call('ZREVRANGE', KEYS[4], 0, 0, 'WITHSCORES')[2]) or 0
redis.call('ZADD', KEYS[4], int(math.max(nowMs, latestMs + 1)), id)
openRound(id, 1, ARGV[7], '')
return 'proposed'
