#!lua flags=no-writes
-- The log of the budgets after an entry, oldest first.
--
-- KEYS: 2
-- Input:  KEYS[1] store key, KEYS[2] log; ARGV[1] generation, ARGV[2] number of an entry, ARGV[3] most entries
-- Output: {{number, {field, value, ...}}, ...}

local entries = {}
for _, item in ipairs(redis.call('XRANGE', KEYS[2], '(' .. ARGV[2] .. '-0', '+', 'COUNT', ARGV[3])) do
  entries[#entries + 1] = {string.match(item[1], '^(%d+)'), item[2]}
end
return entries
