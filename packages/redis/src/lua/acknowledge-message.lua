#!lua
-- Takes a message out of its group's queue and makes its handler's changes of the group's record, both or neither, for whoever
-- has its latest token alone (P1).
--
-- KEYS: 1
-- Include: bus
-- Input:  KEYS[1] store key
--         ARGV[1] generation, ARGV[2] prefix, ARGV[3] group, ARGV[4] consumer, ARGV[5] entry, ARGV[6] token,
--         ARGV[7] most fields of a record, ARGV[8 ...] 'add' or 'set', field, text
-- Output: {'acknowledged'} | {'lost'} | {'unfit', field}

local group = groupOf(ARGV[3])
if not isHeldBy(group, ARGV[5], ARGV[4], ARGV[6]) then
  return {'lost'}
end
local record, exactMax = recordKey(group.name), 2 ^ 53 - 1
local fields = redis.call('HLEN', record)
local changed = {}
for at = 8, #ARGV, 3 do
  local field, text = ARGV[at + 1], ARGV[at + 2]
  local present = changed[field] or redis.call('HGET', record, field)
  if not present then
    fields = fields + 1
  end
  if ARGV[at] == 'add' then
    local sum = tonumber(present or '0')
    sum = sum and string.match(present or '0', '^%-?%d+$') and sum + tonumber(text)
    if not sum or math.abs(sum) > exactMax then
      return {'unfit', field}
    end
    text = int(sum)
  end
  if fields > tonumber(ARGV[7]) then
    return {'unfit', field}
  end
  changed[field] = text
end
for field, text in pairs(changed) do
  redis.call('HSET', record, field, text)
end
leave(group, ARGV[5])
count('acknowledged')
return {'acknowledged'}
