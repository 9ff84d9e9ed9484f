#!lua flags=no-writes
-- Everybody who is alive, with a number that is another one with each sign of life. Costs O(members): the leader reads it now and then.
--
-- KEYS: 3
-- Input:  KEYS[1] store key, KEYS[2] beats, KEYS[3] states; ARGV[1] generation
-- Output: {now, ms, {agentId, number, ...}, {state, ...}}

local batchMax = 1000

local beats = redis.call('ZRANGE', KEYS[2], 0, -1, 'WITHSCORES')
local states, batch = {}, {}
local function readBatch()
  for _, text in ipairs(redis.call('HMGET', KEYS[3], unpack(batch))) do
    states[#states + 1] = text or ''
  end
  batch = {}
end
for at = 1, #beats, 2 do
  batch[#batch + 1] = beats[at]
  if #batch == batchMax then
    readBatch()
  end
end
if batch[1] then
  readBatch()
end
return {int(nowMs), beats, states}
