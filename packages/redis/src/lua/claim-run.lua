#!lua
-- Claims the run of one fire time for one agent (L1, L2): see core/schedule/run-table.ts. Fire times that were missed are
-- written down by the same command. A run whose holder's lease is over goes to the claimant under a higher token. In the
-- recovery window nothing is granted (S1).
--
-- KEYS: 5
-- Include: leader, schedule
-- Input:  KEYS[1] store key, KEYS[2] job, KEYS[3] its run, KEYS[4] its history, KEYS[5] list of jobs
--         ARGV[1] generation, ARGV[2] job, ARGV[3] text of its fire times, ARGV[4] settled up to here as far as the caller knows,
--         ARGV[5] fire time or '', ARGV[6] missed: how many, 0: none, ARGV[7] from, ARGV[8] to, ARGV[9] next fire time or '',
--         ARGV[10] agentId, ARGV[11] incarnation, ARGV[12] highest token the caller has seen, ARGV[13] lease in ms,
--         ARGV[14] most attempts, ARGV[15] most lines of history
-- Output: {Redis's clock in ms, 'granted', token, generation, fire time, attempt, started at, lease until}, {…, 'held', agentId,
--         fire time, ms left}, {…, 'settled', up to here}, {…, 'missed', up to here}, {…, 'early', ms to wait}, {…, 'redefined', text}
--         or {…, 'unknown'}; error `ENTRAIN recovering <ms left>`

local job = redis.call('HMGET', KEYS[2], 'text', 'settledMs', 'token')
if recovering then
  return fail('recovering', int(windowLeftMs))
end
if not job[1] then
  return {int(nowMs), 'unknown'}
end
if job[1] ~= ARGV[3] then
  return {int(nowMs), 'redefined', job[1]}
end
local leaseMs, historyMax = tonumber(ARGV[13]), ARGV[15]

local function granted(holder, run)
  return {int(nowMs), 'granted', int(holder.term), int(generation), int(run.fireAtMs), int(run.attempt),
    int(run.startedAtMs), int(nowMs + leaseMs)}
end

local function grant(fireAtMs, attempt)
  local term = math.max((tonumber(job[3]) or 0) + 1, nowMs, tonumber(ARGV[12]) + 1)
  redis.call('HSET', KEYS[2], 'token', int(term))
  redis.call('HSET', KEYS[3], 'agentId', ARGV[10], 'incarnation', ARGV[11], 'term', int(term),
    'generation', int(generation), 'leaseUntilMs', int(nowMs + leaseMs), 'leaseMs', int(leaseMs),
    'fireAtMs', int(fireAtMs), 'attempt', int(attempt), 'startedAtMs', int(nowMs), 'released', '0')
  note(KEYS[2], KEYS[5], ARGV[2], ARGV[9])
  return granted({term = term}, {fireAtMs = fireAtMs, attempt = attempt, startedAtMs = nowMs})
end

local function settle(untilMs)
  redis.call('HSET', KEYS[2], 'settledMs', int(untilMs))
  redis.call('DEL', KEYS[3])
end

local settledMs = math.max(tonumber(job[2]), tonumber(ARGV[4]))
local holder = readLeader(KEYS[3])
local run = holder and readRunOf(KEYS[3])
if holder and holder.clockWentBack then
  redis.call('HSET', KEYS[3], 'leaseUntilMs', int(nowMs + holder.leaseMs))
end
if isLive(holder) then
  if holder.agentId ~= ARGV[10] or holder.incarnation ~= tonumber(ARGV[11]) then
    return {int(nowMs), 'held', holder.agentId, int(run.fireAtMs), int(holder.remainingMs)}
  end
  redis.call('HSET', KEYS[3], 'leaseUntilMs', int(nowMs + leaseMs), 'leaseMs', int(leaseMs))
  return granted(holder, run)
end
if holder and run.fireAtMs > settledMs then
  redis.call('HSET', KEYS[2], 'settledMs', int(settledMs))
  if run.released then
    return grant(run.fireAtMs, run.attempt)
  end
  local isLast = run.attempt >= tonumber(ARGV[14])
  tellRun(KEYS[4], historyMax, isLast and 'abandoned' or 'lost', holder, run, '')
  if not isLast then
    return grant(run.fireAtMs, run.attempt + 1)
  end
  settle(run.fireAtMs)
  return {int(nowMs), 'settled', int(run.fireAtMs)}
end

settle(settledMs)
if settledMs > tonumber(ARGV[4]) then
  return {int(nowMs), 'settled', int(settledMs)}
end
local count, fireAtMs = tonumber(ARGV[6]), tonumber(ARGV[5])
local lastMs = fireAtMs or tonumber(ARGV[8])
if lastMs > nowMs then
  return {int(nowMs), 'early', int(lastMs - nowMs)}
end
if count > 0 then
  tellMissed(KEYS[4], historyMax, ARGV[6], ARGV[7], ARGV[8])
  settledMs = tonumber(ARGV[8])
  settle(settledMs)
end
if fireAtMs then
  return grant(fireAtMs, 1)
end
note(KEYS[2], KEYS[5], ARGV[2], ARGV[9])
return {int(nowMs), 'missed', int(settledMs)}
