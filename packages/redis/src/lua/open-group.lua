#!lua
-- Makes a group of the bus, or gives it other bounds; its pattern stays. Consumers that are gone for an hour and have nothing
-- are forgotten.
--
-- KEYS: 2
-- Include: bus
-- Input:  KEYS[1] store key, KEYS[2] groups
--         ARGV[1] generation, ARGV[2] prefix, ARGV[3] group, ARGV[4] pattern, ARGV[5] lease in ms, ARGV[6] most attempts,
--         ARGV[7] most messages that are not acknowledged, ARGV[8] most groups
-- Output: {'opened'} | {'differs', pattern} | {'too-many-groups'}

local goneMs = 3600000
local group = groupOf(ARGV[3])
if group and group.pattern ~= ARGV[4] then
  return {'differs', group.pattern}
end
if not group then
  if redis.call('HLEN', KEYS[2]) >= tonumber(ARGV[8]) then
    return {'too-many-groups'}
  end
  redis.call('XGROUP', 'CREATE', queueKey(ARGV[3]), streamGroup, '0', 'MKSTREAM')
end
redis.call('HSET', prefix .. 'bus-group:' .. ARGV[3], 'pattern', ARGV[4], 'leaseMs', ARGV[5], 'triesMax', ARGV[6], 'lagMax', ARGV[7])
redis.call('HSET', KEYS[2], ARGV[3], ARGV[7] .. ' ' .. ARGV[4])
for _, fields in ipairs(redis.call('XINFO', 'CONSUMERS', queueKey(ARGV[3]), streamGroup)) do
  local consumer = messageFrom(fields)
  if consumer.pending == 0 and consumer.idle > goneMs then
    redis.call('XGROUP', 'DELCONSUMER', queueKey(ARGV[3]), streamGroup, consumer.name)
  end
end
return {'opened'}
