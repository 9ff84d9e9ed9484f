#!lua flags=allow-oom
-- Cancels tasks that are open; who runs one learns it at its next renewal.
--
-- KEYS: 5
-- Include: task
-- Input:  KEYS[1] store key, KEYS[2] leases, KEYS[3] ended, KEYS[4] dead letters, KEYS[5] counters
--         ARGV[1] generation, ARGV[2] channel, ARGV[3] prefix, ARGV[4] cause, ARGV[5 ...] tasks
-- Output: how many

reclaim()
local cancelled = 0
for at = 5, #ARGV do
  local task = taskOf(ARGV[at])
  if task and (task.state == 'waiting' or task.state == 'running') then
    redis.call('ZREM', KEYS[2], task.id)
    redis.call('ZREM', prefix .. 'task-queue:' .. task.queue, task.id)
    redis.call('HSET', task.key, 'cause', ARGV[4])
    endTask(task, 'cancelled')
    cancelled = cancelled + 1
  end
end
return finish(cancelled)
