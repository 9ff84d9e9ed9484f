#!lua flags=no-writes
-- Reads tasks, without those that are not known.
--
-- KEYS: 1
-- Input:  KEYS[1] store key
--         ARGV[1] generation, ARGV[2] prefix, ARGV[3 ...] tasks
-- Output: {{definition, state, tries, holder, progress, result, cause, endedAtMs, then of the latest handoff number, from, to,
--         reason, state, untilMs, cause, from, reason and carry of what was handed over, what was
--         consumed, and the trace of the handoff} ...}, '' for what is not there

local reply = {}
for at = 3, #ARGV do
  local fields = redis.call('HMGET', ARGV[2] .. 'task:' .. ARGV[at], 'definition', 'state', 'tries', 'holder', 'progress',
    'result', 'cause', 'endedAtMs', 'handoffNumber', 'handoffFrom', 'handoffTo', 'handoffReason', 'handoff',
    'handoffUntilMs', 'handoffCause', 'carryFrom', 'carryReason', 'carry', 'consumed', 'carryTrace')
  if fields[1] then
    for each = 1, 20 do
      fields[each] = fields[each] or ''
    end
    reply[#reply + 1] = fields
  end
end
return reply
