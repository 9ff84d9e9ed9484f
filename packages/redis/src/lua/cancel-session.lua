#!lua flags=allow-oom
-- Asks for the end of a session; one that nobody drives any more is ended here.
--
-- KEYS: 7
-- Include: task, session
-- Input:  KEYS[1] store key, KEYS[2] task leases, KEYS[3] ended tasks, KEYS[4] dead letters, KEYS[5] task counters,
--         KEYS[6] sessions, KEYS[7] ended sessions
--         ARGV[1] generation, ARGV[2] channel of tasks, ARGV[3] prefix, ARGV[4] channel of sessions, ARGV[5] session,
--         ARGV[6] task, ARGV[7] cause, ARGV[8] event of the end (JSON)
-- Output: '1' | '0' where it has ended, or there is none

reclaim()
local key = sessionKey(ARGV[5])
local state = redis.call('HGET', key, 'state')
if not state or redis.call('ZSCORE', KEYS[7], ARGV[5]) then
  return finish('0')
end
redis.call('HSET', key, 'cancelling', ARGV[7])
local driver = taskOf(ARGV[6])
if not driver or (driver.state ~= 'waiting' and driver.state ~= 'running') then
  redis.call('RPUSH', logKey(ARGV[5]), int(nowMs) .. ' ' .. ARGV[8])
  redis.call('HSET', key, 'state', 'cancelled', 'cause', ARGV[7], 'changedAtMs', int(nowMs))
  closeSession(ARGV[5])
  state = 'cancelled'
end
tell(ARGV[5], state)
return finish('1')
