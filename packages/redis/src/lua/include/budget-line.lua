-- Who waits for room in a budget, in the order of coming; see packages/core/src/budget/line.ts. A sorted set has the requests in
-- their order, a hash what they want and until when their places last.
--
-- Include after: budget-room
-- Offers: isBehind, nothingLeft, keepPlace, leaveLine

local waitingMax = 256
-- Above any number that is given out.
local priorityWeight = 1e14

local function lineKeys(budget)
  return prefix .. 'budget-line:' .. budget.id, prefix .. 'budget-places:' .. budget.id
end

local function leaveLine(budget, requestId)
  local line, places = lineKeys(budget)
  if redis.call('ZREM', line, requestId) == 1 then
    redis.call('HDEL', places, requestId)
  end
end

-- {number, untilMs, class, resource, ...}; nil where the place has lapsed, and then it is given up.
local function placeOf(budget, requestId)
  local _, places = lineKeys(budget)
  local text = redis.call('HGET', places, requestId)
  local words = text and wordsOf(text)
  if words and tonumber(words[2]) > nowMs then
    return words
  end
  leaveLine(budget, requestId)
end

local function rankOf(priority, number)
  return (9 - priority) * priorityWeight + number
end

local function classOf(who)
  return (who.reserve or '') .. '/' .. (who.tier or '')
end

-- Whether somebody stands before a request who wants some of the same.
local function isBehind(budget, request)
  local line = lineKeys(budget)
  if redis.call('EXISTS', line) == 0 then
    return false
  end
  local own = placeOf(budget, request.id)
  local rank = rankOf(request.priority, own and tonumber(own[1]) or priorityWeight - 1)
  local wants = {}
  for _, each in ipairs(request.amounts) do
    wants[each[1]] = true
  end
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', line, '-inf', '(' .. int(rank))) do
    local place = placeOf(budget, id)
    if place and id ~= request.id and place[3] == classOf(request.who) then
      for at = 4, #place do
        if wants[place[at]] then
          return true
        end
      end
    end
  end
  return false
end

-- The refusal of a request that is behind others: what there is, is theirs.
local function nothingLeft(budget, amounts)
  local exhaustion = budget.policy and budget.policy.exhaustion
  local left = {'refused', 'exhausted', budget.id, '0', int(exhaustion and exhaustion.waitMs or 0)}
  for _, each in ipairs(amounts) do
    left[#left + 1] = each[1]
    left[#left + 1] = '0'
  end
  return left
end

local function isInReach(budget, request)
  local open = openPercent(budget, request.who)
  for _, each in ipairs(request.amounts) do
    if each[2] > shareOf(budget.limit[each[1]], open) - budget.used[each[1]] then
      return false
    end
  end
  return true
end

-- How many wait, where there might be too many without those whose places have lapsed.
local function isFull(budget)
  local line = lineKeys(budget)
  if redis.call('ZCARD', line) < waitingMax then
    return false
  end
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', line, '-inf', '+inf')) do
    placeOf(budget, id)
  end
  return redis.call('ZCARD', line) >= waitingMax
end

-- Keeps the place of a request that was refused, or gives it up where it asks for none; false where there is no room for it.
local function keepPlace(budget, request)
  if request.keepMs == 0 or not isInReach(budget, request) then
    leaveLine(budget, request.id)
    return true
  end
  local own = placeOf(budget, request.id)
  if not own and isFull(budget) then
    return false
  end
  local line, places = lineKeys(budget)
  local number = own and tonumber(own[1]) or nextNumber('waited')
  local words = {int(number), int(nowMs + request.keepMs), classOf(request.who)}
  for _, each in ipairs(request.amounts) do
    words[#words + 1] = each[1]
  end
  redis.call('ZADD', line, int(rankOf(request.priority, number)), request.id)
  redis.call('HSET', places, request.id, table.concat(words, ' '))
  for _, key in ipairs({line, places}) do
    redis.call('PEXPIRE', key, math.max(request.keepMs, redis.call('PTTL', key)))
  end
  return true
end
