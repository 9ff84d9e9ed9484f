-- Sessions: what was asked for, the log of what happened, and which of them are remembered.
--
-- Include after: task
-- Input:  KEYS[6] sessions, KEYS[7] ended sessions, ARGV[4] channel
-- Offers: sessionKey, logKey, tell(id, state), closeSession(id)

local sessionsRememberedMax = 1000
local sessionsRememberedMs = 86400000

local function sessionKey(id)
  return prefix .. 'session:' .. id
end

local function logKey(id)
  return prefix .. 'session-log:' .. id
end

local function tell(id, state)
  redis.call('PUBLISH', ARGV[4], cjson.encode({sessionId = id, state = state}))
end

-- An ended one is remembered for a while; the oldest go.
local function closeSession(id)
  redis.call('ZADD', KEYS[7], int(nowMs), id)
  local over = redis.call('ZCARD', KEYS[7]) - sessionsRememberedMax
  local oldest = redis.call('ZRANGE', KEYS[7], 0, 9, 'WITHSCORES')
  for at = 1, #oldest, 2 do
    if over <= 0 and tonumber(oldest[at + 1]) > nowMs - sessionsRememberedMs then
      return
    end
    over = over - 1
    redis.call('ZREM', KEYS[7], oldest[at])
    redis.call('ZREM', KEYS[6], oldest[at])
    redis.call('DEL', sessionKey(oldest[at]), logKey(oldest[at]))
  end
end
