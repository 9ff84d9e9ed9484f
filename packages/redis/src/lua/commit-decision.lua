#!lua
-- Commits a proposal unless the incident has a decision (D1). With a fence the caller acts as leader: refused unless the
-- fence equals the live leader record (L3), whatever the ledger holds. In the recovery window an existing decision is
-- answered, a new one is not taken (S1, D4). A decision that is to be propagated opens its directive in the same step.
--
-- KEYS: 9
-- Include: leader, trim-ledger, directive, append-decision
-- Input:  KEYS[1] store key, KEYS[2] ledger, KEYS[3] decisions, KEYS[4] decisions by sequence, KEYS[5] latest decisions,
--         KEYS[6] incidents, KEYS[7] incidents by last act, KEYS[8] leader record,
--         KEYS[9] directives that are open
--         ARGV[1] generation, ARGV[2] channel, ARGV[3] prefix of the acts' keys, ARGV[4] incidentId, ARGV[5] decisionId,
--         ARGV[6] proposal, a JSON object, ARGV[7] most decisions, ARGV[8] retention in ms, ARGV[9] prefix of the
--         directives' keys, ARGV[10] 1 where the decision has a directive, and with a fence ARGV[11] agentId,
--         ARGV[12] incarnation, ARGV[13] term, ARGV[14] generation
-- Output: the decision that stands; errors `ENTRAIN stale-term <term in force>`, `ENTRAIN recovering <ms left>`,
--         `ENTRAIN resource-exhausted <what>`

local leader = readLeader(KEYS[8])
local termInForce = isLive(leader) and leader.term or 0
if ARGV[11] and not isFencedBy(leader, ARGV[11], ARGV[12], ARGV[13], ARGV[14]) then
  return fail('stale-term', int(termInForce))
end
local standing = redis.call('HGET', KEYS[3], ARGV[4])
if standing then
  return standing
end
if recovering then
  return fail('recovering', int(windowLeftMs))
end

if ARGV[10] == '1' and directives.isFull(KEYS[9]) then
  return fail('resource-exhausted', 'as many directives are open as there may be: wait for their deadlines')
end

local decision = decisionText(int(termInForce), int(nowMs), ARGV[6])
append(ARGV[4], ARGV[5], decision, ARGV[3], ARGV[7], ARGV[8], ARGV[9])
if ARGV[10] == '1' then
  directives.put(ARGV[9], KEYS[9], decision, ARGV[4])
end
redis.call('PUBLISH', ARGV[2], decision)
return decision
