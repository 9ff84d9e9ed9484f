#!lua
-- Writes a checkpoint of the log of the budgets and drops what lies before it, a bounded number. The checkpoint's own entry
-- stays, so that a reader sees that nothing is missing after it.
--
-- KEYS: 4
-- Input:  KEYS[1] store key, KEYS[2] checkpoint, KEYS[3] log, KEYS[4] counters
--         ARGV[1] generation, ARGV[2] number of its entry, ARGV[3] checkpoint (JSON), ARGV[4] entries to keep
-- Output: 1, or 0 where the entry is gone or there is a later checkpoint

local number = tonumber(ARGV[2])
local present = tonumber(redis.call('HGET', KEYS[2], 'number')) or 0
local entry = redis.call('XRANGE', KEYS[3], int(number) .. '-0', int(number) .. '-0')
if number <= present or #entry == 0 then
  return 0
end
redis.call('HSET', KEYS[2], 'number', int(number), 'text', ARGV[3])
local logged = tonumber(redis.call('HGET', KEYS[4], 'logged')) or 0
redis.call('XTRIM', KEYS[3], 'MINID', '~', int(math.max(0, math.min(number, logged - tonumber(ARGV[4]) + 1))) .. '-0')
return 1
