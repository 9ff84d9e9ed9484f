#!lua
-- Commits a proposal unless the incident has a decision (D1). With a fence the caller acts as leader: refused unless the
-- fence equals the live leader record (L3), whatever the ledger holds. In the recovery window an existing decision is
-- answered, a new one is not taken (S1, D4).
--
-- KEYS: 8
-- Include: leader, trim-ledger
-- Input:  KEYS[1] store key, KEYS[2] ledger, KEYS[3] decisions, KEYS[4] decisions by sequence, KEYS[5] latest decision ids,
--         KEYS[6] incidents, KEYS[7] incidents by last act, KEYS[8] leader record
--         ARGV[1] generation, ARGV[2] channel, ARGV[3] prefix of the acts' keys, ARGV[4] incidentId, ARGV[5] decisionId,
--         ARGV[6] proposal, a JSON object, ARGV[7] most decisions, ARGV[8] retention in ms, and with a fence ARGV[9] agentId,
--         ARGV[10] incarnation, ARGV[11] term, ARGV[12] generation
-- Output: the decision that stands; errors `ENTRAIN stale-term <term in force>`, `ENTRAIN recovering <ms left>`

local latestMax = 20

local leader = readLeader(KEYS[8])
local termInForce = isLive(leader) and leader.term or 0
if ARGV[9] and not isFencedBy(leader, ARGV[9], ARGV[10], ARGV[11], ARGV[12]) then
  return fail('stale-term', int(termInForce))
end
local standing = redis.call('HGET', KEYS[3], ARGV[4])
if standing then
  return standing
end
if recovering then
  return fail('recovering', int(windowLeftMs))
end

-- What the store adds goes in front, so that the proposal's own text stays as it was hashed.
local decision = '{"term":' .. int(termInForce) .. ',"committedAtMs":' .. int(nowMs) .. ',' .. string.sub(ARGV[6], 2)
local sequence = math.max(tonumber(redis.call('HGET', KEYS[2], 'sequence')) or 0, numberFloor) + 1
redis.call('HSET', KEYS[2], 'sequence', int(sequence))
redis.call('HINCRBY', KEYS[2], 'count', 1)
redis.call('HSET', KEYS[3], ARGV[4], decision)
redis.call('ZADD', KEYS[4], int(sequence), ARGV[4])
redis.call('LPUSH', KEYS[5], ARGV[5])
redis.call('LTRIM', KEYS[5], 0, latestMax - 1)

local oldestMs = nowMs - tonumber(ARGV[8])
local function isOld(incidentId)
  local committedAtMs = string.match(redis.call('HGET', KEYS[3], incidentId) or '', '^{"term":%d+,"committedAtMs":(%d+),')
  return not committedAtMs or tonumber(committedAtMs) < oldestMs
end
trim(KEYS[4], tonumber(ARGV[7]), isOld, function(incidentId)
  redis.call('HDEL', KEYS[3], incidentId)
  redis.call('UNLINK', ARGV[3] .. incidentId)
  redis.call('ZREM', KEYS[7], incidentId)
  -- An incident that is still open must not get a second decision: it is closed with its first.
  local fingerprint, ordinal = string.match(incidentId, '^(.*)/(%d+)$')
  if fingerprint and string.match(redis.call('HGET', KEYS[6], fingerprint) or '', '^(%d+) ') == ordinal then
    redis.call('HSET', KEYS[6], fingerprint, ordinal .. ' 0')
  end
end)
redis.call('PUBLISH', ARGV[2], decision)
return decision
