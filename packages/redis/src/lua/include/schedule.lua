-- Jobs and their runs, for the commands of schedules: see core/schedule/run-table.ts, whose rules they repeat. A run is held
-- as a leadership is; beside the leader's fields its record has fireAtMs, attempt, startedAtMs and released.
--
-- Needs:  int of the preamble
-- Offers: readRunOf(key), tellMissed(...), tellRun(...), note(key, list, job, nextAtMs)

local function readRunOf(key)
  local fields = redis.call('HMGET', key, 'fireAtMs', 'attempt', 'startedAtMs', 'released')
  return {
    fireAtMs = tonumber(fields[1]),
    attempt = tonumber(fields[2]),
    startedAtMs = tonumber(fields[3]),
    released = fields[4] == '1',
  }
end

local function tellMissed(history, historyMax, count, fromMs, toMs)
  redis.call('XADD', history, 'MAXLEN', '~', historyMax, '*', 'outcome', 'missed', 'count', count, 'fromMs', fromMs, 'toMs', toMs)
end

local function tellRun(history, historyMax, outcome, holder, run, message)
  redis.call('XADD', history, 'MAXLEN', '~', historyMax, '*', 'outcome', outcome, 'fireAtMs', int(run.fireAtMs),
    'agentId', holder.agentId, 'token', int(holder.term), 'attempt', int(run.attempt),
    'lateMs', int(run.startedAtMs - run.fireAtMs), 'tookMs', int(nowMs - run.startedAtMs), 'message', message)
end

-- Publishes when the job fires next; an empty text: never again.
local function note(key, list, job, nextAtMs)
  redis.call('HSET', key, 'nextAtMs', nextAtMs)
  redis.call('ZADD', list, 0, job)
end
