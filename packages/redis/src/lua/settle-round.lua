#!lua flags=allow-oom
-- Hands the outcomes of a round out, if its record is the caller's (L3). The generation is left out of the comparison, and so
-- is the lease: as long as the record stands nobody else has been granted the round.
--
-- KEYS: 3
-- Include: leader, pool
-- Input:  KEYS[1] store key, KEYS[2] what the round has taken, by id, KEYS[3] the round
--         ARGV[1] generation, ARGV[2] prefix of outcomes, ARGV[3] prefix of channels, ARGV[4] agentId, ARGV[5] incarnation,
--         ARGV[6] token, ARGV[7...] id and outcome, in turns
-- Output: 1 if it was settled now, else 0

local holder = readLeader(KEYS[3])
if not holder or holder.agentId ~= ARGV[4] or holder.incarnation ~= tonumber(ARGV[5]) or holder.term ~= tonumber(ARGV[6]) then
  return 0
end
for at = 7, #ARGV, 2 do
  local id, outcome = ARGV[at], ARGV[at + 1]
  local packed = redis.call('HGET', KEYS[2], id)
  if packed then
    local _, replyTo = partsOf(packed)
    redis.call('SET', outcomeKey(ARGV[2], id), outcome, 'PX', outcomeForMs)
    redis.call('PUBLISH', ARGV[3] .. replyTo, id .. ' ' .. outcome)
  end
end
redis.call('DEL', KEYS[2])
redis.call('DEL', KEYS[3])
return 1
