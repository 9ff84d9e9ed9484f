#!lua
-- Offers a task, once under its id.
--
-- KEYS: 5
-- Include: task
-- Input:  KEYS[1] store key, KEYS[2] leases, KEYS[3] ended, KEYS[4] dead letters, KEYS[5] counters
--         ARGV[1] generation, ARGV[2] channel, ARGV[3] prefix, ARGV[4] task, ARGV[5] line, ARGV[6] lease in ms,
--         ARGV[7] most tries, ARGV[8] most open tasks, ARGV[9] definition (JSON)
-- Output: 'offered' | 'repeated' | 'reused' | 'full'

reclaim()
return finish(offerTask(ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8], ARGV[9]))
