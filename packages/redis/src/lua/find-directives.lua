#!lua flags=no-writes
-- The open directives in which agents have not said their last word, oldest deadline first.
--
-- KEYS: 2
-- Input:  KEYS[1] store key, KEYS[2] directives that are open
--         ARGV[1] generation, ARGV[2] prefix of the directives' keys, ARGV[3 ...] agents
-- Output: {{agentId, incidentId, decisionId}, ...}, at most 1,000

local foundMax = 1000
local found = {}
for _, incidentId in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '(' .. int(nowMs), '+inf')) do
  local fields = redis.call('HMGET', ARGV[2] .. incidentId, '#decisionId', unpack(ARGV, 3))
  for at = 3, #ARGV do
    local state = string.match(fields[at - 1] or '', '^%a+')
    if #found < foundMax and (state == 'waiting' or state == 'begun' or state == 'failed') then
      found[#found + 1] = {ARGV[at], incidentId, fields[1]}
    end
  end
end
return found
