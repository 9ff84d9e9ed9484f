#!lua
-- Takes a target's outcome from its latest run; settles the directive when all its targets have said their last word.
--
-- KEYS: 3
-- Include: directive
-- Input:  KEYS[1] store key, KEYS[2] directives that are open, KEYS[3] ledger
--         ARGV[1] generation, ARGV[2] channel, ARGV[3] prefix of the directives' keys, ARGV[4] incidentId, ARGV[5] decisionId,
--         ARGV[6] agentId, ARGV[7] run, ARGV[8] 'done' | 'failed' | 'refused', ARGV[9] note
-- Output: {'told', state} | {'repeated'} | {'lost'} | {'unknown'}

local key = ARGV[3] .. ARGV[4]
local own = redis.call('HMGET', key, '#decisionId', '#dueAtMs')
local target = own[1] == ARGV[5] and directives.target(key, ARGV[6])
if not target then
  return {'unknown'}
end
if target.run ~= ARGV[7] then
  return {'lost'}
end
if target.state ~= 'begun' then
  local isSame = target.state == ARGV[8] or (target.state == 'late' and ARGV[8] == 'done')
  return {isSame and 'repeated' or 'lost'}
end
target.state = ARGV[8]
if ARGV[8] == 'done' and nowMs >= tonumber(own[2]) then
  target.state = 'late'
end
target.note = ARGV[9]
directives.setTarget(key, ARGV[6], target)
if directives.isEnded(target) and redis.call('HINCRBY', key, '#open', -1) == 0 then
  directives.settle(key, KEYS[2], KEYS[3], ARGV[2], ARGV[4])
end
return {'told', target.state}
