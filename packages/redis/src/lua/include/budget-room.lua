-- How a budget finds room when its own is used up; see packages/core/src/budget/strategies.ts. Only limits move, or holders
-- get notice: whether the room suffices is asked afterwards (B1). Limits move only where the whole request can be granted.
--
-- Include after: budget-policy
-- Offers: makeRoom(budget, amounts, priority, who) → how many holders were given notice; makers, by name of a strategy, and what
--         they are made of: lackOf, lendersOf, moveFrom

-- By how much the limits would have to grow for a request; only those that would.
local function lackOf(budget, amounts, who)
  local lacks, open = {}, openPercent(budget, who)
  for _, each in ipairs(amounts) do
    local resource = each[1]
    local lack = wholeOf(budget.granted[resource] + budget.used[resource] + each[2], open) - budget.limit[resource]
    if lack > 0 then
      lacks[#lacks + 1] = {resource, lack}
    end
  end
  return lacks
end

local function siblingsOf(budget, parent)
  local siblings = {}
  for _, child in ipairs(childrenOf(parent)) do
    if child.id ~= budget.id and not child.closing and child.strategy == budget.strategy then
      siblings[#siblings + 1] = child
    end
  end
  return siblings
end

-- Who may give up how much of a resource: the parent first, then siblings, those with most to spare first; and how much it is.
local function lendersOf(budget, parent, resource, spareOf)
  local lenders, reach = {}, 0
  for _, sibling in ipairs(siblingsOf(budget, parent)) do
    lenders[#lenders + 1] = {sibling, spareOf(sibling)}
  end
  table.sort(lenders, function(a, b)
    return a[2] > b[2] or (a[2] == b[2] and a[1].id < b[1].id)
  end)
  table.insert(lenders, 1, {parent, free(parent, resource)})
  for _, lender in ipairs(lenders) do
    reach = reach + lender[2]
  end
  return lenders, reach
end

local function moveFrom(lenders, budget, parent, resource, amount, onMove)
  local left = amount
  for _, each in ipairs(lenders) do
    local lender, moved = each[1], math.min(left, each[2])
    if moved > 0 then
      if lender == parent then
        movePart(parent, budget, resource, moved)
      else
        moveAcross(lender, budget, resource, moved)
      end
      if onMove then
        onMove(lender, moved)
      end
      left = left - moved
    end
  end
end

local function borrow(budget, amounts, _, who)
  local parent = parentOf(budget)
  if not parent then
    return 0
  end
  local needs = lackOf(budget, amounts, who)
  for _, need in ipairs(needs) do
    local resource = need[1]
    local lenders, reach = lendersOf(budget, parent, resource, function(sibling)
      return free(sibling, resource)
    end)
    -- Half of what is needed helps nobody, and would be idle.
    if reach < need[2] then
      return 0
    end
    need[3] = lenders
  end
  for _, need in ipairs(needs) do
    moveFrom(need[3], budget, parent, need[1], need[2], function(lender, amount)
      owe(budget, lender.id, need[1], amount)
    end)
  end
  saveLoans(budget)
  return 0
end

local function shareOut(budget, amounts, _, who)
  local parent = parentOf(budget)
  if not parent then
    return 0
  end
  local siblings, weights = siblingsOf(budget, parent), budget.weight
  for _, sibling in ipairs(siblings) do
    weights = weights + sibling.weight
  end
  local needs = lackOf(budget, amounts, who)
  for _, need in ipairs(needs) do
    local resource = need[1]
    local shared, spare, spares = budget.limit[resource] + free(parent, resource), free(parent, resource), {}
    for _, sibling in ipairs(siblings) do
      shared = shared + (sibling.limit[resource] or 0)
    end
    for at, sibling in ipairs(siblings) do
      local above = math.max(0, (sibling.limit[resource] or 0) - math.floor(shared * sibling.weight / weights))
      spares[at] = math.min(above, free(sibling, resource))
      spare = spare + spares[at]
    end
    if need[2] > math.floor(shared * budget.weight / weights) - budget.limit[resource] or need[2] > spare then
      return 0
    end
    need[3] = spares
  end
  for _, need in ipairs(needs) do
    local resource = need[1]
    local fromParent = math.min(need[2], free(parent, resource))
    if fromParent > 0 then
      movePart(parent, budget, resource, fromParent)
    end
    local left = need[2] - fromParent
    for at, sibling in ipairs(siblings) do
      local amount = math.min(left, need[3][at])
      if amount > 0 then
        moveAcross(sibling, budget, resource, amount)
      end
      left = left - amount
    end
  end
  return 0
end

local function openOf(holding, resource)
  return (holding.amount[resource] or 0) - (holding.consumed[resource] or 0)
end

local function giveNotice(budget, amounts, priority, who)
  local lower, noticed, chosen, open, inReach = {}, {}, {}, openPercent(budget, who), true
  for _, id in ipairs(redis.call('SMEMBERS', prefix .. 'budget-holdings:' .. budget.id)) do
    local holding = holdingOf(id)
    if holding.noticed then
      noticed[#noticed + 1] = holding
    elseif holding.priority < priority then
      lower[#lower + 1] = holding
    end
  end
  table.sort(lower, function(a, b)
    return a.priority < b.priority or (a.priority == b.priority and a.id > b.id)
  end)
  for _, each in ipairs(amounts) do
    inReach = inReach and each[2] <= shareOf(budget.limit[each[1]], open)
  end
  -- Nobody ends for a request that not even an empty budget has room for.
  for _, each in ipairs(inReach and amounts or {}) do
    local resource, left = each[1], each[2] - roomFor(budget, each[1], who)
    for _, holding in ipairs(noticed) do
      left = left - openOf(holding, resource)
    end
    for _, holding in ipairs(lower) do
      if left <= 0 then
        break
      end
      if not chosen[holding.id] and openOf(holding, resource) > 0 then
        chosen[holding.id] = true
        noticed[#noticed + 1] = holding
        left = left - openOf(holding, resource)
      end
    end
  end
  for _, holding in ipairs(lower) do
    if chosen[holding.id] then
      redis.call('HSET', holding.key, 'noticed', '1')
      touched[budget.id] = true
    end
  end
  return #noticed
end

local makers = {elastic = borrow, proportional = shareOut, priority = giveNotice}

local function makeRoom(budget, amounts, priority, who)
  local make = makers[budget.strategy]
  return make and make(budget, amounts, priority, who) or 0
end
