#!lua flags=allow-oom
-- Takes the result of whoever holds the task's latest token, once (P1).
--
-- KEYS: 5
-- Include: task
-- Input:  KEYS[1] store key, KEYS[2] leases, KEYS[3] ended, KEYS[4] dead letters, KEYS[5] counters
--         ARGV[1] generation, ARGV[2] channel, ARGV[3] prefix, ARGV[4] task, ARGV[5] token, ARGV[6] result (JSON),
--         ARGV[7] what was consumed (JSON of totals) or ''
-- Output: {'done'} | {'repeated'} | {'lost', state}

reclaim()
local task = taskOf(ARGV[4])
if task and task.state == 'done' and task.token == ARGV[5] then
  return finish({'repeated'})
end
if not isHeldBy(task, ARGV[5]) then
  return finish(lost(task))
end
redis.call('ZREM', KEYS[2], task.id)
redis.call('HSET', task.key, 'result', ARGV[6])
redis.call('HDEL', task.key, 'cause')
putDown(task, ARGV[7])
endTask(task, 'done')
return finish({'done'})
