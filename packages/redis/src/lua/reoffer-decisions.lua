#!lua
-- Gives decisions back that the ledger may have lost (D4): each is restored as it was, with its term and instant, unless its
-- incident has a decision; then that one stands. Accepted in the recovery window, where nothing new is (S1). The incident
-- is open again as it was at its commit, unless a later occurrence of its fingerprint is known, whoever gave that one back and
-- in whatever order; so is its directive, with its whole deadline, unless
-- that was over long ago.
--
-- KEYS: 9
-- Include: trim-ledger, directive, append-decision
-- Input:  KEYS[1] store key, KEYS[2..7] see append-decision.lua, KEYS[8] incidents by last sight,
--         KEYS[9] directives that are open
--         ARGV[1] generation, ARGV[2] prefix of the acts' keys, ARGV[3] most decisions, ARGV[4] retention in ms,
--         ARGV[5] prefix of the directives' keys, ARGV[6] for how long after its deadline a directive is opened again, ms, then
--         per decision, in the order of term and instant: incidentId, decisionId, term, committedAtMs, 1 where it has a
--         directive, proposal, a JSON object
-- Output: per decision 'held', 'restored', 'expired' (older than the retention), or the decision that stands instead

local outcomes = {}
for at = 7, #ARGV, 6 do
  local incidentId, decisionId, term, committedAtMs, isDirective, proposal = unpack(ARGV, at, at + 5)
  local standing = redis.call('HGET', KEYS[3], incidentId)
  local outcome
  if standing then
    outcome = cjson.decode(standing).decisionId == decisionId and 'held' or standing
  elseif tonumber(committedAtMs) < nowMs - tonumber(ARGV[4]) then
    outcome = 'expired'
  else
    local decision = decisionText(term, committedAtMs, proposal)
    append(incidentId, decisionId, decision, ARGV[2], ARGV[3], ARGV[4], ARGV[5])
    if isDirective == '1' then
      directives.putAgain(ARGV[5], KEYS[9], decision, incidentId, tonumber(ARGV[6]))
    end
    local fingerprint, ordinal = occurrenceOf(incidentId)
    if fingerprint then
      local known = string.match(redis.call('HGET', KEYS[6], fingerprint) or '', '^(%d+) ')
      if not known or tonumber(known) < ordinal then
        redis.call('HSET', KEYS[6], fingerprint, int(ordinal) .. ' ' .. committedAtMs)
        redis.call('ZADD', KEYS[8], committedAtMs, fingerprint)
      end
    end
    outcome = 'restored'
  end
  outcomes[#outcomes + 1] = outcome
end
return outcomes
