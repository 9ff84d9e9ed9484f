#!lua flags=allow-oom
-- Appends to a session's log, in the name of whoever holds the latest token of the task that drives it (P1), after the
-- entries that it knows.
--
-- KEYS: 7
-- Include: task, session
-- Input:  KEYS[1] store key, KEYS[2] task leases, KEYS[3] ended tasks, KEYS[4] dead letters, KEYS[5] task counters,
--         KEYS[6] sessions, KEYS[7] ended sessions
--         ARGV[1] generation, ARGV[2] channel of tasks, ARGV[3] prefix, ARGV[4] channel of sessions, ARGV[5] session,
--         ARGV[6] task, ARGV[7] token, ARGV[8] known entries, ARGV[9] state or '', ARGV[10] score or '', ARGV[11] cause,
--         ARGV[12] '1' at the end, ARGV[13 ...] events (JSON)
-- Output: {'done', now} | {'lost'}

reclaim()
if not isHeldBy(taskOf(ARGV[6]), ARGV[7]) or redis.call('LLEN', logKey(ARGV[5])) ~= tonumber(ARGV[8]) then
  return finish({'lost'})
end
for at = 13, #ARGV do
  redis.call('RPUSH', logKey(ARGV[5]), int(nowMs) .. ' ' .. ARGV[at])
end
if ARGV[9] ~= '' then
  redis.call('HSET', sessionKey(ARGV[5]), 'state', ARGV[9], 'score', ARGV[10], 'cause', ARGV[11])
  tell(ARGV[5], ARGV[9])
end
redis.call('HSET', sessionKey(ARGV[5]), 'changedAtMs', int(nowMs))
if ARGV[12] == '1' then
  closeSession(ARGV[5])
end
return finish({'done', int(nowMs)})
