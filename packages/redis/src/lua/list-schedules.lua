#!lua flags=no-writes
-- Jobs by name, with what runs and the latest lines of their history.
--
-- KEYS: 2
-- Include: leader
-- Input:  KEYS[1] store key, KEYS[2] list of jobs
--         ARGV[1] generation, ARGV[2] prefix, ARGV[3] only after this name, or '-', ARGV[4] most jobs, ARGV[5] most lines each
-- Output: {{job, text, next fire time or '', {agentId, fire time, attempt, started at} or {}, {{field, value, ...}, ...}}, ...}

local after = ARGV[3] == '-' and '-' or '(' .. ARGV[3]
local jobs = {}
for _, job in ipairs(redis.call('ZRANGEBYLEX', KEYS[2], after, '+', 'LIMIT', 0, ARGV[4])) do
  local fields = redis.call('HMGET', ARGV[2] .. 'schedule:' .. job, 'text', 'nextAtMs')
  local running = {}
  local runKey = ARGV[2] .. 'schedule-run:' .. job
  local holder = readLeader(runKey)
  if isLive(holder) then
    running = redis.call('HMGET', runKey, 'agentId', 'fireAtMs', 'attempt', 'startedAtMs')
  end
  local lines = {}
  for _, line in ipairs(redis.call('XREVRANGE', ARGV[2] .. 'schedule-history:' .. job, '+', '-', 'COUNT', ARGV[5])) do
    lines[#lines + 1] = line[2]
  end
  jobs[#jobs + 1] = {job, fields[1] or '', fields[2] or '', running, lines}
end
return jobs
