#!lua
-- Records what agents did about incidents and counts divergence, once per incident, and safe actions taken alone (D3); what an
-- agent did as its own affair (`local`) is neither. The same act again changes nothing. Acts are kept in a hash per incident;
-- its fields that begin with '#' are notes.
--
-- An act on what the store never named (a `local` one, or one taken alone before the store could say which occurrence it is)
-- has an incident to itself, on which nobody else can act: of it the name is remembered, among others of its kind, so that it
-- counts once and pushes no act on a decision out.
--
-- KEYS: 4
-- Include: trim-ledger
-- Input:  KEYS[1] store key, KEYS[2] ledger, KEYS[3] incidents by last act, KEYS[4] acts on what the store never named
--         ARGV[1] generation, ARGV[2] prefix of the acts' keys, ARGV[3] most incidents with acts, ARGV[4] retention in ms,
--         ARGV[5] most acts on one incident, ARGV[6] most acts on what the store never named,
--         then per act: incidentId, agentId, source, decisionId, action, act as JSON
-- Output: number of acts that were new

local function isUnplaced(incidentId, decisionId, source)
  local ending = '/alone/' .. decisionId
  return (source == 'local' or source == 'safe-alone') and string.sub(incidentId, -#ending) == ending
end

local recorded = 0
for at = 7, #ARGV, 6 do
  local incidentId, agentId, source, decisionId, action = unpack(ARGV, at, at + 4)
  local isNew
  if isUnplaced(incidentId, decisionId, source) then
    isNew = redis.call('ZADD', KEYS[4], 'NX', int(nowMs), agentId .. ' ' .. incidentId) == 1
  else
    local key = ARGV[2] .. incidentId
    local field = agentId .. ' ' .. source .. ' ' .. decisionId .. ' ' .. action
    isNew = redis.call('HLEN', key) < tonumber(ARGV[5]) and redis.call('HSETNX', key, field, ARGV[at + 5]) == 1
    if isNew then
      redis.call('ZADD', KEYS[3], int(nowMs), incidentId)
    end
    if isNew and (source == 'committed' or source == 'adopted') and redis.call('HSETNX', key, '#action', action) == 0
      and redis.call('HGET', key, '#action') ~= action and redis.call('HSETNX', key, '#divergent', 1) == 1 then
      redis.call('HINCRBY', KEYS[2], 'divergence', 1)
    end
  end
  if isNew then
    recorded = recorded + 1
    if source == 'safe-alone' then
      redis.call('HINCRBY', KEYS[2], 'safeAlone', 1)
    end
  end
end

local oldestMs = nowMs - tonumber(ARGV[4])
local acts = (#ARGV - 6) / 6
local function isOld(_, lastMs)
  return lastMs < oldestMs
end
trim(KEYS[3], tonumber(ARGV[3]), isOld, function(incidentId)
  redis.call('UNLINK', ARGV[2] .. incidentId)
end, acts)
trim(KEYS[4], tonumber(ARGV[6]), isOld, function() end, acts)
return recorded
