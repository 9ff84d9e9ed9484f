#!lua
-- Records what agents did about incidents and counts divergence, once per incident, and safe actions taken alone (D3). The
-- same act again changes nothing. Acts are kept in a hash per incident; its fields that begin with '#' are notes.
--
-- KEYS: 3
-- Include: trim-ledger
-- Input:  KEYS[1] store key, KEYS[2] ledger, KEYS[3] incidents by last act
--         ARGV[1] generation, ARGV[2] prefix of the acts' keys, ARGV[3] most incidents with acts, ARGV[4] retention in ms,
--         ARGV[5] most acts on one incident, then per act: incidentId, agentId, source, decisionId, action, act as JSON
-- Output: number of acts that were new

local recorded = 0
for at = 6, #ARGV, 6 do
  local incidentId, agentId, source, decisionId, action = unpack(ARGV, at, at + 4)
  local key = ARGV[2] .. incidentId
  local field = agentId .. ' ' .. source .. ' ' .. decisionId .. ' ' .. action
  if redis.call('HLEN', key) < tonumber(ARGV[5]) and redis.call('HSETNX', key, field, ARGV[at + 5]) == 1 then
    recorded = recorded + 1
    redis.call('ZADD', KEYS[3], int(nowMs), incidentId)
    if source == 'safe-alone' then
      redis.call('HINCRBY', KEYS[2], 'safeAlone', 1)
    elseif redis.call('HSETNX', key, '#action', action) == 0 and redis.call('HGET', key, '#action') ~= action
      and redis.call('HSETNX', key, '#divergent', 1) == 1 then
      redis.call('HINCRBY', KEYS[2], 'divergence', 1)
    end
  end
end

local oldestMs = nowMs - tonumber(ARGV[4])
trim(KEYS[3], tonumber(ARGV[3]), function(_, lastMs) return lastMs < oldestMs end, function(incidentId)
  redis.call('UNLINK', ARGV[2] .. incidentId)
end)
return recorded
