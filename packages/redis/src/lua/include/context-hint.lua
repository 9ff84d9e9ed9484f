-- Hints of new versions, for the commands that make them. A version that comes soon after a hint waits, so that a document which
-- changes a thousand times a second does not wake every process a thousand times: the next change's hint, or hint-context, tells
-- of all that have come. The log is the truth; a hint that nobody sends costs its readers no more than a poll.
--
-- Input:  KEYS[2] context, KEYS[3] log
-- Offers: hint(channel) → ms until a hint of what waits may be sent, 0 where nothing waits

local hintEveryMs = 3
-- Characters of one message; a longer entry is told by its number alone.
local hintMax = 8192
local hintCount = 100

local function hint(channel)
  local state = redis.call('HMGET', KEYS[2], 'version', 'hinted', 'hintedAtMs')
  local version = tonumber(state[1]) or 0
  local hinted = tonumber(state[2]) or version - 1
  if hinted >= version then
    return 0
  end
  local sinceMs = nowMs - (tonumber(state[3]) or 0)
  if sinceMs >= 0 and sinceMs < hintEveryMs then
    return hintEveryMs - sinceMs
  end
  local texts, characters, last = {}, 0, 0
  local function send()
    if #texts > 0 then
      redis.call('PUBLISH', channel, '[' .. table.concat(texts, ',') .. ']')
    end
    texts, characters = {}, 0
  end
  for _, item in ipairs(redis.call('XRANGE', KEYS[3], int(hinted + 1) .. '-0', '+', 'COUNT', hintCount)) do
    local entry = item[2][8]
    last = string.match(item[1], '^%d+')
    if characters + #entry > hintMax then
      send()
    end
    if #entry > hintMax then
      redis.call('PUBLISH', channel, last)
    else
      texts[#texts + 1] = entry
      characters = characters + #entry
    end
  end
  send()
  if tonumber(last) < version then
    redis.call('PUBLISH', channel, int(version))
  end
  redis.call('HSET', KEYS[2], 'hinted', int(version), 'hintedAtMs', int(nowMs))
  return 0
end
