#!lua flags=no-writes
-- Reads how the groups stand, and the counts.
--
-- KEYS: 2
-- Include: bus
-- Input:  KEYS[1] store key, KEYS[2] groups
--         ARGV[1] generation, ARGV[2] prefix
-- Output: {{{group, pattern, lease in ms, most attempts, most lag, lag, handed out before, dead letters} ...}, {count, number ...}}

local groups = {}
for _, name in ipairs(redis.call('HKEYS', KEYS[2])) do
  local group = groupOf(name)
  if group then
    groups[#groups + 1] = {name, group.pattern, int(group.leaseMs), int(group.triesMax), int(group.lagMax),
      redis.call('XLEN', queueKey(name)), redis.call('ZCARD', dueKey(name)), redis.call('XLEN', deadKey(name))}
  end
end
return {groups, redis.call('HGETALL', prefix .. 'bus-counters')}
