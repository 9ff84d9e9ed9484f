#!lua
-- The open incident of a fingerprint, or a new one after the cooldown, with its decision if there is one. Ordinals never
-- come back: that of a forgotten fingerprint raises the floor for all, and each generation has numbers of its own. In the
-- recovery window no new incident is opened: the one that was open may be about to be given back (S1, D4).
--
-- KEYS: 5
-- Include: trim-ledger
-- Input:  KEYS[1] store key, KEYS[2] ledger, KEYS[3] decisions, KEYS[4] incidents, KEYS[5] incidents by last sight
--         ARGV[1] generation, ARGV[2] fingerprint, ARGV[3] cooldown in ms, ARGV[4] most fingerprints, ARGV[5] retention in ms
-- Output: {ordinal, decision or false}; error `ENTRAIN recovering <ms left>`

local ordinal, seenAtMs = string.match(redis.call('HGET', KEYS[4], ARGV[2]) or '', '^(%d+) (%d+)$')
ordinal = tonumber(ordinal)
if not ordinal or nowMs - tonumber(seenAtMs) > tonumber(ARGV[3]) then
  if recovering then
    return fail('recovering', int(windowLeftMs))
  end
  local ordinalFloor = math.max(numberFloor, tonumber(redis.call('HGET', KEYS[2], 'ordinalFloor')) or 0)
  ordinal = math.max(ordinal or 0, ordinalFloor) + 1
end
redis.call('HSET', KEYS[4], ARGV[2], int(ordinal) .. ' ' .. int(nowMs))
redis.call('ZADD', KEYS[5], int(nowMs), ARGV[2])

local oldestMs = nowMs - tonumber(ARGV[5])
trim(KEYS[5], tonumber(ARGV[4]), function(_, lastMs) return lastMs < oldestMs end, function(fingerprint)
  local last = tonumber(string.match(redis.call('HGET', KEYS[4], fingerprint) or '', '^(%d+) '))
  local floor = tonumber(redis.call('HGET', KEYS[2], 'ordinalFloor')) or 0
  if last and last > floor then
    redis.call('HSET', KEYS[2], 'ordinalFloor', int(last))
  end
  redis.call('HDEL', KEYS[4], fingerprint)
end)
return {int(ordinal), redis.call('HGET', KEYS[3], ARGV[2] .. '/' .. int(ordinal))}
