#!lua flags=no-writes
-- Proposals by id, or the latest.
--
-- KEYS: 4
-- Include: voters-version, proposal
-- Input:  KEYS[1] store key, KEYS[2] membership, KEYS[3] voters, KEYS[4] proposals
--         ARGV[1] generation, ARGV[2] channel, ARGV[3] prefix, ARGV[4] how many of the latest, ARGV[5..] ids
-- Output: {version of the voters, {id, definition, who proposed it, round, version of its electorate, its electorate, least
--         number of voters, 1 if votes are taken, what the round before came to, {who cannot vote any more, ...},
--         {voter, choice, ...}}, ...}

local ids = {unpack(ARGV, 5)}
if #ids == 0 then
  ids = redis.call('ZREVRANGE', KEYS[4], 0, tonumber(ARGV[4]) - 1)
end
local reply = {int(votersVersion(KEYS[2]))}
for _, id in ipairs(ids) do
  local fields = redis.call('HMGET', proposalKey(id), 'definition', 'proposedBy', 'round', 'votersVersion', 'electorate',
    'votersMin', 'previous')
  if fields[1] then
    local proposal = readProposal(id)
    local absent = {}
    for voter in string.gmatch(fields[5], '%S+') do
      if not proposal.isOfGeneration or redis.call('HEXISTS', KEYS[3], voter) == 0 then
        absent[#absent + 1] = voter
      end
    end
    reply[#reply + 1] = {id, fields[1], fields[2], fields[3], fields[4], fields[5], fields[6],
      proposal.isTaken and '1' or '0', fields[7], absent, redis.call('HGETALL', votesKey(id))}
  end
end
return reply
