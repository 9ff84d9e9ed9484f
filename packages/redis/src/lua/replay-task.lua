#!lua
-- Gives a dead letter all its tries anew.
--
-- KEYS: 5
-- Include: task
-- Input:  KEYS[1] store key, KEYS[2] leases, KEYS[3] ended, KEYS[4] dead letters, KEYS[5] counters
--         ARGV[1] generation, ARGV[2] channel, ARGV[3] prefix, ARGV[4] task
-- Output: {'waiting'} | {'lost', state}

reclaim()
local task = taskOf(ARGV[4])
if not task or task.state ~= 'failed' then
  return finish(lost(task))
end
redis.call('ZREM', KEYS[3], task.id)
redis.call('ZREM', KEYS[4], task.id)
redis.call('HSET', task.key, 'tries', '0')
redis.call('HDEL', task.key, 'endedAtMs')
count('open')
enqueue(task, nowMs)
return finish({'waiting'})
