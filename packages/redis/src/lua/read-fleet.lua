#!lua flags=no-writes
-- Who should be there, at one instant: everybody who is alive, and the dead that still count as missing, as in
-- read-global-state.lua. Costs O(alive + missing): read where an action of the swarm is weighed.
--
-- KEYS: 5
-- Input:  KEYS[1] store key, KEYS[2] membership, KEYS[3] beats, KEYS[4] dead, KEYS[5] states
--         ARGV[1] generation, ARGV[2] how long a dead member counts as missing, ms of observed time
-- Output: {{alive agentId, ...}, {state, ...}, {missing agentId, ...}}

local batchMax = 1000

local alive = redis.call('ZRANGE', KEYS[3], 0, -1)
local states = {}
for at = 1, #alive, batchMax do
  for _, text in ipairs(redis.call('HMGET', KEYS[5], unpack(alive, at, math.min(at + batchMax - 1, #alive)))) do
    states[#states + 1] = text or ''
  end
end
local observedMs = tonumber(redis.call('HGET', KEYS[2], 'observedMs')) or 0
return {alive, states, redis.call('ZRANGE', KEYS[4], '(' .. int(observedMs - tonumber(ARGV[2])), '+inf', 'BYSCORE')}
