#!lua flags=no-writes
-- Budgets in the order of their creation, or those that are named.
--
-- KEYS: 3
-- Include: budget-defaults
-- Input:  KEYS[1] store key, KEYS[2] budgets, KEYS[3] counters
--         ARGV[1] generation, ARGV[2] prefix, ARGV[3] only after this number, or '-inf', ARGV[4] most of them, ARGV[5...] ids
-- Output: {last entry of the log, {{number, id, {field, value, ...}, the default policy (JSON) or ''}, ...}}

local found = {}
if ARGV[5] then
  for at = 5, #ARGV do
    local number = redis.call('ZSCORE', KEYS[2], ARGV[at])
    if number then
      found[#found + 1] = ARGV[at]
      found[#found + 1] = number
    end
  end
else
  local after = ARGV[3] == '-inf' and '-inf' or '(' .. ARGV[3]
  found = redis.call('ZRANGEBYSCORE', KEYS[2], after, '+inf', 'WITHSCORES', 'LIMIT', 0, ARGV[4])
end
local budgets = {}
for at = 1, #found, 2 do
  local id, key = found[at], ARGV[2] .. 'budget:' .. found[at]
  local usual = defaultPolicyOf(ARGV[2], id, redis.call('HGET', key, 'parentId')) or ''
  budgets[#budgets + 1] = {int(tonumber(found[at + 1])), id, redis.call('HGETALL', key), usual}
end
return {redis.call('HGET', KEYS[3], 'logged') or '0', budgets}
