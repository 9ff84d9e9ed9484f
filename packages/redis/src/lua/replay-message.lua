#!lua
-- Puts a dead letter back into its group's queue, as new and without an expiry.
--
-- KEYS: 1
-- Include: bus
-- Input:  KEYS[1] store key
--         ARGV[1] generation, ARGV[2] prefix, ARGV[3] channel, ARGV[4] group, ARGV[5] letter
-- Output: {'replayed'} | {'unknown-letter'} | {'full', group}

local group = groupOf(ARGV[4])
local found = group and redis.call('XRANGE', deadKey(group.name), ARGV[5], ARGV[5])[1]
if not found then
  return {'unknown-letter'}
end
if redis.call('XLEN', queueKey(group.name)) >= group.lagMax then
  return {'full', group.name}
end
local message = messageFrom(found[2])
message.expiresAtMs = ''
redis.call('XDEL', deadKey(group.name), ARGV[5])
enqueue(group.name, message)
count('replayed')
redis.call('PUBLISH', ARGV[3], cjson.encode({group.name}))
return {'replayed'}
