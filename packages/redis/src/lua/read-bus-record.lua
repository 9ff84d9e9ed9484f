#!lua flags=no-writes
-- Reads fields of a group's record.
--
-- KEYS: 1
-- Include: bus
-- Input:  KEYS[1] store key
--         ARGV[1] generation, ARGV[2] prefix, ARGV[3] group, ARGV[4 ...] fields
-- Output: {text, or '' for what is not there ...}

local fields = {}
for at = 4, #ARGV do
  fields[#fields + 1] = redis.call('HGET', recordKey(ARGV[3]), ARGV[at]) or ''
end
return fields
