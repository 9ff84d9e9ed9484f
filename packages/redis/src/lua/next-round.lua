#!lua
-- Opens the round after one in which nothing can pass any more. Whoever saw that says what it saw: a vote that came in
-- meanwhile may have made something pass, and then nothing is done.
--
-- KEYS: 3
-- Include: voters-version, proposal
-- Input:  KEYS[1] store key, KEYS[2] membership, KEYS[3] voters
--         ARGV[1] generation, ARGV[2] channel, ARGV[3] prefix, ARGV[4] id, ARGV[5] round that is lost, ARGV[6] votes seen in it,
--         ARGV[7] what it came to (JSON), ARGV[8] least number of voters that is a quorum
-- Output: 1 if it was opened, else 0; error `ENTRAIN recovering <ms left>`

if recovering then
  return fail('recovering', int(windowLeftMs))
end
local id = ARGV[4]
local proposal = readProposal(id)
if not proposal or not proposal.isTaken or proposal.round ~= tonumber(ARGV[5]) or proposal.round >= proposal.roundsMax
  or redis.call('HLEN', votesKey(id)) ~= tonumber(ARGV[6]) then
  return 0
end
openRound(id, proposal.round + 1, ARGV[8], ARGV[7])
return 1
