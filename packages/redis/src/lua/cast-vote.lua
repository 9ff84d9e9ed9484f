#!lua
-- One voter votes in one round, once: the first vote stands. A dead incarnation votes no more (M3).
--
-- KEYS: 4
-- Include: voters-version, proposal
-- Input:  KEYS[1] store key, KEYS[2] membership, KEYS[3] voters, KEYS[4] member states
--         ARGV[1] generation, ARGV[2] channel, ARGV[3] prefix, ARGV[4] id, ARGV[5] round, ARGV[6] voter, ARGV[7] its
--         incarnation, ARGV[8] choice
-- Output: {'cast'} | {'stands', the choice of its first vote} | {'round', the present round} | {'closed'}
--         | {'no-voter'} (not of the round's electorate, not a voter any more, or not alive in this incarnation) | {'unknown'}

local id, voter = ARGV[4], ARGV[6]
local proposal = readProposal(id)
if not proposal then
  return {'unknown'}
end
if proposal.round ~= tonumber(ARGV[5]) then
  return {'round', int(proposal.round)}
end
local stands = redis.call('HGET', votesKey(id), voter)
if stands then
  return {'stands', stands}
end
if not proposal.isTaken or not proposal.isOfGeneration then
  return {'closed'}
end
local isElector = string.find(' ' .. proposal.electorate .. ' ', ' ' .. voter .. ' ', 1, true)
local state = redis.call('HGET', KEYS[4], voter) or ''
local life = 'alive ' .. ARGV[7] .. ' '
if not isElector or redis.call('HEXISTS', KEYS[3], voter) == 0 or string.sub(state, 1, #life) ~= life then
  return {'no-voter'}
end
redis.call('HSET', votesKey(id), voter, ARGV[8])
redis.call('PUBLISH', ARGV[2], id)
return {'cast'}
