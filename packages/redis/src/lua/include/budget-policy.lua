-- What a budget's policy keeps, and whether there is room; see packages/core/src/budget/policy.ts and admission.ts. `who` is
-- {reserve, tier}, either of them nil; none: somebody for whom every reserve is kept. All is whole numbers.
--
-- Include after: budget
-- Offers: openPercent, shareOf, wholeOf, roomFor, free, unknownNames, shortage, degraded

local anybody = {}

local function openPercent(budget, who)
  if not budget.policy then
    return 100
  end
  local kept, tier = 0, 100
  for name, percent in pairs(budget.policy.reserves) do
    if name ~= who.reserve then
      kept = kept + percent
    end
  end
  if who.tier then
    tier = budget.policy.tiers[who.tier] or 100
  end
  return math.min(100 - kept, tier)
end

local function shareOf(amount, percent)
  local hundreds = math.floor(amount / 100)
  return hundreds * percent + math.floor((amount - hundreds * 100) * percent / 100)
end

-- The least amount of which so many percent are `share`.
local function wholeOf(share, percent)
  if share <= 0 then
    return 0
  end
  if percent == 0 then
    return math.huge
  end
  local parts = math.floor(share / percent)
  return parts * 100 + math.ceil((share - parts * percent) * 100 / percent)
end

-- What of a resource is left for a request; negative where others have filled the budget beyond its share.
local function roomFor(budget, resource, who)
  if not budget.limit[resource] then
    return 0
  end
  local open = openPercent(budget, who or anybody)
  return shareOf(budget.limit[resource], open) - budget.granted[resource] - budget.used[resource]
end

local function free(budget, resource, who)
  return math.max(0, roomFor(budget, resource, who))
end

-- The refusal of a request that names what the budget has not.
local function unknownNames(budget, amounts, who)
  for _, each in ipairs(amounts) do
    if not budget.limit[each[1]] then
      return refuse('unknown-resource', budget.id, each[1])
    end
  end
  local policy = budget.policy or {reserves = {}, tiers = {}}
  if who and who.reserve and not policy.reserves[who.reserve] then
    return refuse('unknown-class', budget.id, 'reserve', who.reserve)
  end
  if who and who.tier and not policy.tiers[who.tier] then
    return refuse('unknown-class', budget.id, 'tier', who.tier)
  end
end

-- What is left of the resources that were asked for, where it is not enough; nil where it is.
local function shortage(budget, amounts, who, preempted)
  local exhaustion = budget.policy and preempted and budget.policy.exhaustion
  local waitMs = exhaustion and exhaustion.waitMs or 0
  local left, short = {'refused', 'exhausted', budget.id, int(preempted or 0), int(waitMs)}, false
  for _, each in ipairs(amounts) do
    local available = free(budget, each[1], who)
    short = short or available < each[2]
    left[#left + 1] = each[1]
    left[#left + 1] = int(available)
  end
  return short and left or nil
end

-- What a request gets that takes less where there is less; nil where that is not enough, or none does. `own` is the least that
-- the request names itself, by resource, or nil.
local function degraded(budget, amounts, who, own)
  local least = budget.policy and budget.policy.exhaustion.leastPercent
  if not (least or own) then
    return nil
  end
  local parts = {}
  for at, each in ipairs(amounts) do
    local part, hundreds = math.min(each[2], free(budget, each[1], who)), math.floor(each[2] / 100)
    local enough = own and (own[each[1]] or each[2])
    if part < (enough or math.max(1, hundreds * least + math.ceil((each[2] - hundreds * 100) * least / 100))) then
      return nil
    end
    parts[at] = {each[1], part}
  end
  return parts
end
