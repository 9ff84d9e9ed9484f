-- The predictive strategy; see packages/core/src/budget/predictive.ts and forecast.ts. The same operations on the same doubles
-- in the same order, kept with 17 digits, so that a replay of the log comes to the same limits.
--
-- Include after: budget-room
-- Offers: takeDown(budget, amounts), after a grant

local idlePeriodsMax = 64

-- Fields of a series: start of the period, amount in it, level, trend, '1' once a period is over.
local function seriesAt(budget, resource, held)
  local words = wordsOf(redis.call('HGET', budget.key, 'demand:' .. resource) or int(nowMs) .. ' 0 0 0 0')
  local start, amount, level, trend = tonumber(words[1]), tonumber(words[2]), tonumber(words[3]), tonumber(words[4])
  local known = words[5] == '1'
  local settings = cjson.decode(budget.definition).forecast
  local periods = math.floor((nowMs - start) / settings.periodMs)
  if periods > 0 then
    local levelWeight, trendWeight = settings.levelPercent / 100, settings.trendPercent / 100
    local idle = budget.kind[resource] == 'reusable' and held or 0
    for _ = 1, math.min(periods, idlePeriodsMax) do
      local before = level
      level = known and levelWeight * amount + (1 - levelWeight) * (level + trend) or amount
      trend = known and trendWeight * (level - before) + (1 - trendWeight) * trend or 0
      known, amount = true, idle
    end
    start = start + periods * settings.periodMs
  end
  return {start = start, amount = amount, level = level, trend = trend, known = known}
end

-- What the present period will still want of a resource beyond what is out.
local function wantOf(budget, resource)
  if not budget.limit[resource] then
    return 0
  end
  local series = seriesAt(budget, resource, budget.granted[resource])
  local forecast = series.known and series.level + series.trend or series.amount
  local out = budget.kind[resource] == 'reusable' and budget.granted[resource] or series.amount
  return math.max(0, math.floor(forecast - out + 0.5))
end

local function takeDown(budget, amounts)
  if budget.strategy ~= 'predictive' then
    return
  end
  for _, each in ipairs(amounts) do
    local resource, held = each[1], budget.granted[each[1]]
    local series = seriesAt(budget, resource, held - each[2])
    local amount = budget.kind[resource] == 'reusable' and math.max(series.amount, held) or series.amount + each[2]
    redis.call('HSET', budget.key, 'demand:' .. resource, string.format('%.0f %.17g %.17g %.17g %s',
      series.start, amount, series.level, series.trend, series.known and '1' or '0'))
  end
end

makers.predictive = function(budget, amounts, _, who)
  local parent = parentOf(budget)
  if not parent then
    return 0
  end
  local needs = lackOf(budget, amounts, who)
  for _, need in ipairs(needs) do
    local resource = need[1]
    local lenders, reach = lendersOf(budget, parent, resource, function(sibling)
      return math.max(0, free(sibling, resource) - wantOf(sibling, resource))
    end)
    if reach < need[2] then
      return 0
    end
    local asked = 0
    for _, each in ipairs(amounts) do
      asked = each[1] == resource and each[2] or asked
    end
    need[3] = lenders
    need[4] = math.min(need[2] + math.max(0, wantOf(budget, resource) - asked), reach)
  end
  for _, need in ipairs(needs) do
    moveFrom(need[3], budget, parent, need[1], need[4])
  end
  return 0
end
