#!lua
-- Makes a session and offers the task that drives it, together, once under its id.
--
-- KEYS: 7
-- Include: task, session
-- Input:  KEYS[1] store key, KEYS[2] task leases, KEYS[3] ended tasks, KEYS[4] dead letters, KEYS[5] task counters,
--         KEYS[6] sessions, KEYS[7] ended sessions
--         ARGV[1] generation, ARGV[2] channel of tasks, ARGV[3] prefix, ARGV[4] channel of sessions, ARGV[5] session,
--         ARGV[6] specification (JSON), ARGV[7] task, ARGV[8] line, ARGV[9] lease in ms, ARGV[10] most tries,
--         ARGV[11] most open tasks, ARGV[12] definition of the task (JSON)
-- Output: 'created' | 'repeated' | 'reused' | 'full'

reclaim()
local key, digest = sessionKey(ARGV[5]), redis.sha1hex(ARGV[6])
local known = redis.call('HGET', key, 'digest')
if known then
  return finish(known == digest and 'repeated' or 'reused')
end
local offered = offerTask(ARGV[7], ARGV[8], ARGV[9], ARGV[10], ARGV[11], ARGV[12])
if offered == 'full' or offered == 'reused' then
  return finish(offered)
end
local number = math.max(tonumber(redis.call('HGET', KEYS[5], 'session')) or 0, numberFloor) + 1
redis.call('HSET', KEYS[5], 'session', int(number))
redis.call('HSET', key, 'spec', ARGV[6], 'digest', digest, 'state', 'initializing', 'score', '', 'cause', '',
  'createdAtMs', int(nowMs), 'changedAtMs', int(nowMs))
redis.call('ZADD', KEYS[6], int(number), ARGV[5])
tell(ARGV[5], 'initializing')
return finish('created')
