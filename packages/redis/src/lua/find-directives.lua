#!lua flags=no-writes
-- A part of the open directives, oldest deadline first, and in which of them agents have not said their last word. With as many
-- agents as a swarm has a command looks at a hundred: longer nobody is to wait for it.
--
-- KEYS: 2
-- Input:  KEYS[1] store key, KEYS[2] directives that are open
--         ARGV[1] generation, ARGV[2] prefix of the directives' keys, ARGV[3] how many open ones come before the part,
--         ARGV[4 ...] agents
-- Output: {how many come before the next part, 0 at the end, {{agentId, incidentId, decisionId}, ...}}; a part ends with the
--         directive that makes these 1,000

local lookMax = 100
local foundMax = 1000
local before = tonumber(ARGV[3])
local open = redis.call('ZRANGEBYSCORE', KEYS[2], '(' .. int(nowMs), '+inf', 'LIMIT', before, lookMax)
local found = {}
local looked = 0
for _, incidentId in ipairs(open) do
  local fields = redis.call('HMGET', ARGV[2] .. incidentId, '#decisionId', unpack(ARGV, 4))
  looked = looked + 1
  for at = 4, #ARGV do
    local state = string.match(fields[at - 2] or '', '^%a+')
    if state == 'waiting' or state == 'begun' or state == 'failed' then
      found[#found + 1] = {ARGV[at], incidentId, fields[1]}
    end
  end
  if #found >= foundMax then
    break
  end
end
local isEnd = looked == #open and #open < lookMax
return {isEnd and 0 or before + looked, found}
