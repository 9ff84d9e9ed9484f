#!lua flags=no-writes
-- What decisions rest on, of one instant. Costs O(log members): the health is a running sum, the missing are counted in a
-- sorted set.
--
-- KEYS: 9
-- Include: leader, context-version
-- Input:  KEYS[1] store key, KEYS[2] leader record, KEYS[3] membership, KEYS[4] beats, KEYS[5] dead, KEYS[6] context,
--         KEYS[7] latest decisions, instant and id, KEYS[8] voters, KEYS[9] dead voters
--         ARGV[1] generation, ARGV[2] how long a dead member counts as missing, ms of observed time, ARGV[3] how long a
--         decision is a recent one, ms
-- Output: {generation, live leader or {}, sum of health in millionths, alive, missing, context version, {decisionId, ...},
--         voters, dead voters}

local membership = redis.call('HMGET', KEYS[3], 'healthSum', 'observedMs')
local missingSince = (tonumber(membership[2]) or 0) - tonumber(ARGV[2])
local recent = {}
for _, entry in ipairs(redis.call('LRANGE', KEYS[7], 0, -1)) do
  local committedAtMs, decisionId = string.match(entry, '^(%d+) (.*)$')
  if not decisionId then
    -- Written when entries had no instant.
    recent[#recent + 1] = entry
  elseif tonumber(committedAtMs) >= nowMs - tonumber(ARGV[3]) then
    recent[#recent + 1] = decisionId
  end
end
return {
  int(generation),
  leaderReply(readLeader(KEYS[2])),
  membership[1] or '0',
  redis.call('ZCARD', KEYS[4]),
  redis.call('ZCOUNT', KEYS[5], '(' .. int(missingSince), '+inf'),
  int(contextVersion(KEYS[6])),
  recent,
  redis.call('HLEN', KEYS[8]),
  redis.call('ZCARD', KEYS[9]),
}
