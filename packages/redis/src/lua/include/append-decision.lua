-- A decision's way into the ledger, for the commands that bring one: it gets the next sequence number, and what is over the
-- bounds goes.
--
-- Include after trim-ledger, directive.
-- Input:  KEYS[2] ledger, KEYS[3] decisions, KEYS[4] decisions by sequence, KEYS[5] latest decisions, KEYS[6] incidents,
--         KEYS[7] incidents by last act, KEYS[9] directives that are open
-- Offers: occurrenceOf(incidentId),
--         append(incidentId, decisionId, decision, actsPrefix, decisionsMax, retentionMs, directivesPrefix)

local latestMax = 20

-- Fingerprint and ordinal in the id of an occurrence as the store names them, `kind/subject/band/ordinal`; nothing in a name that a
-- caller gave. No generation gives out more ordinals than lie between its floor and the next one's, so whatever ends in more is
-- a name as well: taken for an ordinal it would raise those of every fingerprint, at worst to where numbers are not exact.
local function occurrenceOf(incidentId)
  local fingerprint, digits = string.match(incidentId, '^([^/]*/[^/]*/[^/]*)/([1-9]%d*)$')
  if not fingerprint or #digits > 15 or tonumber(digits) > generation * 1e9 then
    return nil
  end
  return fingerprint, tonumber(digits)
end

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
    local fingerprint, ordinal = occurrenceOf(old)
    local open = fingerprint and string.match(redis.call('HGET', KEYS[6], fingerprint) or '', '^(%d+) ')
    if open and tonumber(open) == ordinal then
      redis.call('HSET', KEYS[6], fingerprint, int(ordinal) .. ' 0')
    end
  end)
end

-- The store's own part of a decision goes in front, so that the proposal's text stays as it was hashed.
local function decisionText(term, committedAtMs, proposal)
  return '{"term":' .. term .. ',"committedAtMs":' .. committedAtMs .. ',' .. string.sub(proposal, 2)
end
