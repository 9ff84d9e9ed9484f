-- A decision's way into the ledger, for the commands that bring one: it gets the next sequence number, and what is over the
-- bounds goes.
--
-- Include after trim-ledger, directive.
-- Input:  KEYS[2] ledger, KEYS[3] decisions, KEYS[4] decisions by sequence, KEYS[5] latest decisions, KEYS[6] incidents,
--         KEYS[7] incidents by last act, KEYS[9] directives that are open
-- Offers: append(incidentId, decisionId, decision, actsPrefix, decisionsMax, retentionMs, directivesPrefix)

local latestMax = 20

local function append(incidentId, decisionId, decision, actsPrefix, decisionsMax, retentionMs, directivesPrefix)
  local sequence = math.max(tonumber(redis.call('HGET', KEYS[2], 'sequence')) or 0, numberFloor) + 1
  redis.call('HSET', KEYS[2], 'sequence', int(sequence))
  redis.call('HINCRBY', KEYS[2], 'count', 1)
  redis.call('HSET', KEYS[3], incidentId, decision)
  redis.call('ZADD', KEYS[4], int(sequence), incidentId)
  redis.call('LPUSH', KEYS[5], string.match(decision, '^{"term":%d+,"committedAtMs":(%d+),') .. ' ' .. decisionId)
  redis.call('LTRIM', KEYS[5], 0, latestMax - 1)
  local oldestMs = nowMs - tonumber(retentionMs)
  local function isOld(old)
    local committedAtMs = string.match(redis.call('HGET', KEYS[3], old) or '', '^{"term":%d+,"committedAtMs":(%d+),')
    return not committedAtMs or tonumber(committedAtMs) < oldestMs
  end
  trim(KEYS[4], tonumber(decisionsMax), isOld, function(old)
    redis.call('HDEL', KEYS[3], old)
    redis.call('UNLINK', actsPrefix .. old)
    directives.drop(directivesPrefix, KEYS[9], old)
    redis.call('ZREM', KEYS[7], old)
    -- An incident that is still open must not get a second decision: it is closed with its first.
    local fingerprint, ordinal = string.match(old, '^(.*)/(%d+)$')
    if fingerprint and string.match(redis.call('HGET', KEYS[6], fingerprint) or '', '^(%d+) ') == ordinal then
      redis.call('HSET', KEYS[6], fingerprint, ordinal .. ' 0')
    end
  end)
end

-- The store's own part of a decision goes in front, so that the proposal's text stays as it was hashed.
local function decisionText(term, committedAtMs, proposal)
  return '{"term":' .. term .. ',"committedAtMs":' .. committedAtMs .. ',' .. string.sub(proposal, 2)
end
