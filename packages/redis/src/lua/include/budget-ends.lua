-- How budgets and allocations end, and what comes back (B2, B3).
--
-- Include after: budget
-- Offers: closeBudget(budget), endHolding(holding, presumed), reclaim()

local reclaimMax = 200
local forgetMax = 20
local rememberedMs = 3600000

-- Of the oldest loans as much as was consumed for good is forgotten: it can never come back.
local function writeOff(budget)
  local left = {}
  for at = #budget.loans, 1, -1 do
    local loan = budget.loans[at]
    local possible = left[loan[2]] or budget.limit[loan[2]] - budget.used[loan[2]]
    local kept = math.min(tonumber(loan[3]), possible)
    left[loan[2]] = possible - kept
    loan[3] = int(kept)
    if kept == 0 then
      table.remove(budget.loans, at)
    end
  end
end

-- Gives an elastic budget's idle loans back, that of the last new lender first.
local function settle(budget)
  local parent = budget.strategy == 'elastic' and parentOf(budget)
  if not parent or #budget.loans == 0 then
    return
  end
  for at = #budget.loans, 1, -1 do
    local loan = budget.loans[at]
    local amount = math.min(tonumber(loan[3]), idle(budget, loan[2]))
    local lender = loan[1] ~= parent.id and budgetOf(loan[1]) or nil
    if lender and not lender.closing then
      moveAcross(budget, lender, loan[2], amount)
    else
      movePart(parent, budget, loan[2], -amount)
    end
    loan[3] = int(tonumber(loan[3]) - amount)
  end
  writeOff(budget)
  saveLoans(budget)
end

-- What children of a parent owe to a lender that was freed, they owe to the parent.
local function passLoansOn(parent, lenderId)
  for _, child in ipairs(childrenOf(parent)) do
    local changed = false
    for at = #child.loans, 1, -1 do
      local loan = child.loans[at]
      if loan[1] == lenderId then
        table.remove(child.loans, at)
        owe(child, parent.id, loan[2], tonumber(loan[3]))
        changed = true
      end
    end
    if changed then
      saveLoans(child)
    end
  end
end

-- A closing budget is freed with the last of its children, and then perhaps its parent (B2).
local function freeIfEmpty(budget)
  while budget and budget.closing and budget.children == 0 and budget.leases == 0 do
    touched[budget.id] = true
    budgets[budget.id] = false
    redis.call('DEL', budget.key, prefix .. 'budget-children:' .. budget.id, prefix .. 'budget-holdings:' .. budget.id,
      prefix .. 'budget-line:' .. budget.id, prefix .. 'budget-places:' .. budget.id)
    redis.call('ZREM', KEYS[2], budget.id)
    redis.call('ZREM', KEYS[3], 'b:' .. budget.id)
    local parent = parentOf(budget)
    if not parent then
      return
    end
    redis.call('SREM', prefix .. 'budget-children:' .. parent.id, budget.id)
    parent.children = parent.children - 1
    set(parent, 'children', parent.children)
    for _, resource in ipairs(budget.resources) do
      add(parent, 'granted', resource, -budget.limit[resource])
      add(parent, 'used', resource, budget.used[resource])
      add(parent, 'presumed', resource, budget.presumed[resource])
    end
    if budget.strategy == 'elastic' then
      passLoansOn(parent, budget.id)
    end
    settle(parent)
    budget = parent
  end
end

local function closeBudget(budget)
  budget.closing = true
  set(budget, 'closing', '1')
  redis.call('ZREM', KEYS[3], 'b:' .. budget.id)
  freeIfEmpty(budget)
end

-- What was not consumed comes back, or, of a consumable whose holder vanished, is presumed spent (B3).
local function endHolding(holding, presumed)
  redis.call('HSET', holding.key, 'endedAtMs', int(nowMs))
  redis.call('ZREM', KEYS[3], 'a:' .. holding.id)
  redis.call('ZADD', KEYS[5], int(nowMs), 'a:' .. holding.id)
  local budget = budgetOf(holding.budgetId)
  if not budget then
    return
  end
  redis.call('SREM', prefix .. 'budget-holdings:' .. budget.id, holding.id)
  for _, resource in ipairs(holding.resources) do
    local open = holding.amount[resource] - holding.consumed[resource]
    add(budget, 'granted', resource, -open)
    if presumed and budget.kind[resource] == 'consumable' then
      add(budget, 'used', resource, open)
      add(budget, 'presumed', resource, open)
    end
  end
  budget.leases = budget.leases - 1
  set(budget, 'leases', budget.leases)
  settle(budget)
  freeIfEmpty(budget)
end

-- Ends of allocations are remembered for whoever asks again, and then forgotten, a few per command.
local function forget()
  for _, member in ipairs(redis.call('ZRANGEBYSCORE', KEYS[5], '-inf', int(nowMs - rememberedMs - 1), 'LIMIT', 0, forgetMax)) do
    local kind, name = string.match(member, '^(%a):(.*)$')
    if kind == 'a' then
      local fields = redis.call('HMGET', prefix .. 'allocation:' .. name, 'budgetId', 'requestId')
      forgetRequest((fields[1] or '') .. ' ' .. (fields[2] or ''), name)
      redis.call('DEL', prefix .. 'allocation:' .. name)
    else
      forgetRequest(name, '-')
    end
    redis.call('ZREM', KEYS[5], member)
  end
end

-- Ends what is over, a bounded number per command, unless that is suspended.
local function reclaim()
  if holdingBack() > 0 then
    return 0
  end
  forget()
  local due = redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', int(nowMs), 'LIMIT', 0, reclaimMax)
  for _, member in ipairs(due) do
    local kind, id = string.match(member, '^(%a):(.*)$')
    if kind == 'a' then
      endHolding(holdingOf(id), true)
    else
      local budget = budgetOf(id)
      if budget and not budget.closing then
        closeBudget(budget)
      end
    end
  end
  if #due > 0 then
    record('reclaim', cjson.encode(due))
  end
  return #due
end
