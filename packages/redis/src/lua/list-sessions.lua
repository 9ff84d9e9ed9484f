#!lua flags=no-writes
-- Lists sessions, newest first.
--
-- KEYS: 2
-- Input:  KEYS[1] store key, KEYS[2] sessions
--         ARGV[1] generation, ARGV[2] prefix, ARGV[3] only before this number, or '+inf', ARGV[4] most of them
-- Output: {{number, spec, state, score, cause, createdAtMs, changedAtMs, cancelling} ...}

local before = ARGV[3] == '+inf' and '+inf' or '(' .. ARGV[3]
local found, reply = redis.call('ZREVRANGEBYSCORE', KEYS[2], before, '-inf', 'WITHSCORES', 'LIMIT', 0, ARGV[4]), {}
for at = 1, #found, 2 do
  local fields = redis.call('HMGET', ARGV[2] .. 'session:' .. found[at], 'spec', 'state', 'score', 'cause', 'createdAtMs',
    'changedAtMs', 'cancelling')
  if fields[1] then
    fields[7] = fields[7] or ''
    table.insert(fields, 1, found[at + 1])
    reply[#reply + 1] = fields
  end
end
return reply
