#!lua flags=allow-oom
-- Removes a group with all that it holds.
--
-- KEYS: 2
-- Include: bus
-- Input:  KEYS[1] store key, KEYS[2] groups
--         ARGV[1] generation, ARGV[2] prefix, ARGV[3] group
-- Output: {'dropped', messages} | {'unknown-group'}

local group = groupOf(ARGV[3])
if not group then
  return {'unknown-group'}
end
local messages = redis.call('XLEN', queueKey(group.name))
redis.call('HDEL', KEYS[2], group.name)
redis.call('UNLINK', prefix .. 'bus-group:' .. group.name, queueKey(group.name), dueKey(group.name), causesKey(group.name),
  deadKey(group.name), recordKey(group.name))
return {'dropped', messages}
