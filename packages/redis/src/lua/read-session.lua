#!lua flags=no-writes
-- Reads a session, and its log after an entry.
--
-- KEYS: 1
-- Input:  KEYS[1] store key
--         ARGV[1] generation, ARGV[2] prefix, ARGV[3] session, ARGV[4] entries that are known
-- Output: {now, {spec, state, score, cause, createdAtMs, changedAtMs, cancelling}, {'<at> <event>' ...}} | {} for none

local fields = redis.call('HMGET', ARGV[2] .. 'session:' .. ARGV[3], 'spec', 'state', 'score', 'cause', 'createdAtMs',
  'changedAtMs', 'cancelling')
if not fields[1] then
  return {}
end
fields[7] = fields[7] or ''
return {int(nowMs), fields, redis.call('LRANGE', ARGV[2] .. 'session-log:' .. ARGV[3], ARGV[4], -1)}
