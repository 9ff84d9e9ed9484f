#!lua
-- Begins an attempt of a target at a directive, before its deadline alone; the same run again is answered the same.
--
-- KEYS: 2
-- Include: directive
-- Input:  KEYS[1] store key, KEYS[2] decisions
--         ARGV[1] generation, ARGV[2] prefix of the directives' keys, ARGV[3] incidentId, ARGV[4] decisionId, ARGV[5] agentId,
--         ARGV[6] run
-- Output: {'begun', attempt, ms left, decision} | {'over'} | {'ended', state} | {'unknown'}

local key = ARGV[2] .. ARGV[3]
local own = redis.call('HMGET', key, '#decisionId', '#dueAtMs')
local target = own[1] == ARGV[4] and directives.target(key, ARGV[5])
local decision = redis.call('HGET', KEYS[2], ARGV[3])
if not target or not decision then
  return {'unknown'}
end
if directives.isEnded(target) then
  return {'ended', target.state}
end
local leftMs = tonumber(own[2]) - nowMs
if leftMs <= 0 then
  return {'over'}
end
if target.state ~= 'begun' or target.run ~= ARGV[6] then
  target = {state = 'begun', attempts = target.attempts + 1, run = ARGV[6], note = ''}
  directives.setTarget(key, ARGV[5], target)
end
return {'begun', int(target.attempts), int(leftMs), decision}
