#!lua flags=allow-oom
-- A voter votes a dead one out (M2): it is evicted by the vote that makes them a majority of all voters, the dead ones
-- included. Votes against another death of the same agent do not count.
--
-- KEYS: 12
-- Include: voters-version, members
-- Input:  KEYS[1] store key, KEYS[2..11] see members.lua, KEYS[12] evictions: agentId -> observed ms of its death, voters
--         ARGV[1] generation, ARGV[2] channel, ARGV[3] agentId that votes, ARGV[4] its incarnation, ARGV[5] whom it votes out,
--         ARGV[6] how long that one must have been dead, ms, ARGV[7] least number of voters that is a quorum
-- Output: {'evicted' | 'counted' | 'refused', votes, votes that it takes}

local by, agentId = ARGV[3], ARGV[5]
local member = readState(by)
local mayVote = member and member.state == 'alive' and member.incarnation == tonumber(ARGV[4])
local deadAtMs = tonumber(redis.call('ZSCORE', KEYS[11], agentId))
if recovering or not mayVote or redis.call('HEXISTS', KEYS[10], by) == 0 or not deadAtMs
  or deadAtMs > observedMs - tonumber(ARGV[6]) then
  return {'refused', '0', '0'}
end
local known = redis.call('HGET', KEYS[12], agentId) or ''
local death = int(deadAtMs)
local voters = {by}
for voter in string.gmatch(string.match(known, '^' .. death .. ' (.*)$') or '', '%S+') do
  if voter ~= by and redis.call('HEXISTS', KEYS[10], voter) == 1 then
    voters[#voters + 1] = voter
  end
end
local needed = math.max(math.floor(redis.call('HLEN', KEYS[10]) / 2) + 1, tonumber(ARGV[7]))
if #voters < needed then
  redis.call('HSET', KEYS[12], agentId, death .. ' ' .. table.concat(voters, ' '))
  return {'counted', int(#voters), int(needed)}
end
redis.call('HDEL', KEYS[12], agentId)
removeVoter(agentId)
return {'evicted', int(#voters), int(needed)}
