#!lua
-- Settles directives whose deadline is over, a bounded number per command. In the recovery window none is: what targets have told
-- may have been lost, and they tell it again (S1).
--
-- KEYS: 3
-- Include: directive
-- Input:  KEYS[1] store key, KEYS[2] directives that are open, KEYS[3] ledger
--         ARGV[1] generation, ARGV[2] channel, ARGV[3] prefix of the directives' keys
-- Output: {ms to the next deadline or '', {incidentId, ...} that were settled}

local settleMax = 100
local settled = {}
if not recovering then
  settled = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', int(nowMs), 'LIMIT', 0, settleMax)
  for _, incidentId in ipairs(settled) do
    directives.settle(ARGV[3] .. incidentId, KEYS[2], KEYS[3], ARGV[2], incidentId)
  end
end
local next = redis.call('ZRANGE', KEYS[2], 0, 0, 'WITHSCORES')
return {next[2] and int(math.max(0, tonumber(next[2]) - nowMs, recovering and windowLeftMs or 0)) or '', settled}
