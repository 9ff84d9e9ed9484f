#!lua flags=allow-oom
-- Prolongs the lease of whoever has a message.
--
-- KEYS: 1
-- Include: bus
-- Input:  KEYS[1] store key
--         ARGV[1] generation, ARGV[2] prefix, ARGV[3] group, ARGV[4] consumer, ARGV[5] entry, ARGV[6] token
-- Output: {'renewed'} | {'lost'}

local group = groupOf(ARGV[3])
if not isHeldBy(group, ARGV[5], ARGV[4], ARGV[6]) then
  return {'lost'}
end
redis.call('ZADD', dueKey(group.name), int(nowMs + group.leaseMs), ARGV[5])
return {'renewed'}
