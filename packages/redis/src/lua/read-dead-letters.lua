#!lua flags=no-writes
-- Reads dead letters of a group, newest first.
--
-- KEYS: 1
-- Include: bus
-- Input:  KEYS[1] store key
--         ARGV[1] generation, ARGV[2] prefix, ARGV[3] group, ARGV[4] older than this letter, '' for the newest, ARGV[5] most letters
-- Output: {{letter, id, topic, quality of service, expiresMs, body, atMs, cause, attempts, trace} ...}

local reply = {}
local from = ARGV[4] == '' and '+' or '(' .. ARGV[4]
for _, entry in ipairs(redis.call('XREVRANGE', deadKey(ARGV[3]), from, '-', 'COUNT', ARGV[5])) do
  local message = messageFrom(entry[2])
  reply[#reply + 1] = {entry[1], message.id, message.topic, message.qos, message.expiresMs, message.body, message.atMs,
    message.cause, message.attempts, message.trace or ''}
end
return reply
