-- Candidates of one election with a priority, for the command that grants it. Nothing is written down while all have the default.
--
-- Input:  KEYS[4] hash: agentId -> priority, instant at which it asked; '' -> term before, since when its successor is waited for
--         ARGV[3] agentId, ARGV[7] priority or '', ARGV[8] how long who asked counts, ms, ARGV[9] how long lower ones wait, ms
-- Offers: stands(): it asked; waitsMs(term before) -> how long this candidate leaves it to higher ones; won(): it leads

local defaultPriority = 50
local candidatesMax = 10000

local priority = tonumber(ARGV[7])
local countsMs = tonumber(ARGV[8]) or 0

local function isOfLate(atMs)
  return math.abs(nowMs - tonumber(atMs)) <= countsMs
end

local function stands()
  if not priority or (priority == defaultPriority and redis.call('EXISTS', KEYS[4]) == 0) then
    return
  end
  local told, atMs = string.match(redis.call('HGET', KEYS[4], ARGV[3]) or '', '^(%d+) (%d+)$')
  if told and tonumber(told) == priority and math.abs(nowMs - tonumber(atMs)) <= countsMs / 2 then
    return
  end
  -- What is left of candidates that are gone goes with all: those that are there ask again soon.
  if redis.call('HLEN', KEYS[4]) >= candidatesMax then
    redis.call('DEL', KEYS[4])
  end
  redis.call('HSET', KEYS[4], ARGV[3], int(priority) .. ' ' .. int(nowMs))
  redis.call('PEXPIRE', KEYS[4], int(countsMs))
end

local function isOutranked()
  local stored = priority and redis.call('HGETALL', KEYS[4]) or {}
  for at = 1, #stored, 2 do
    local other, atMs = string.match(stored[at + 1], '^(%d+) (%d+)$')
    if stored[at] ~= '' and stored[at] ~= ARGV[3] and isOfLate(atMs) and tonumber(other) > priority then
      return true
    end
  end
  return false
end

-- From the first candidate that leaves it to others on: so it is free for that long at most, whoever asks how often.
local function waitsMs(term)
  if not isOutranked() then
    return 0
  end
  local waitMs = tonumber(ARGV[9])
  local since, atMs = string.match(redis.call('HGET', KEYS[4], '') or '', '^(%d+) (%d+)$')
  local waitedMs = tonumber(since) == term and nowMs - tonumber(atMs) or -1
  if waitedMs < 0 then
    redis.call('HSET', KEYS[4], '', int(term) .. ' ' .. int(nowMs))
    return waitMs
  end
  return math.max(0, waitMs - waitedMs)
end

local function won()
  redis.call('HDEL', KEYS[4], ARGV[3], '')
end
