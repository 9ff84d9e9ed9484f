-- Budgets and allocations (B1 to B3): the accounts, and the moves that the commands are made of. packages/core/src/budget is
-- the same in the pure model; the conformance suite holds the one against the other.
--
-- Include after: budget-defaults
-- Input:  KEYS[2] budgets, KEYS[3] leases, KEYS[4] requests, KEYS[5] ended, KEYS[6] log, KEYS[7] counters
--         ARGV[2] channel, ARGV[3] what the keys of single budgets begin with
-- Offers: budgetOf, parentOf, childrenOf, holdingOf, wordsOf, wanted, isEnding, idle, add, set, movePart, moveAcross, owe,
--         saveLoans, remember, recall, forgetRequest, record, finish, noteLength, holdingBack, nextNumber, refuse

local logMax = 200000
local leaseUsualMs = 60000

local prefix = ARGV[3]
local budgets = {}
local touched = {}

local function hashOf(key)
  local flat = redis.call('HGETALL', key)
  local fields = {}
  for at = 1, #flat, 2 do
    fields[flat[at]] = flat[at + 1]
  end
  return #flat > 0 and fields or nil
end

local function readAmounts(fields, name, resources)
  local amounts = {}
  for _, resource in ipairs(resources) do
    amounts[resource] = tonumber(fields[name .. ':' .. resource]) or 0
  end
  return amounts
end

local function wordsOf(text)
  local words = {}
  for word in string.gmatch(text, '%S+') do
    words[#words + 1] = word
  end
  return words
end

-- A budget is read once per command; what changes is written at once.
local function budgetOf(id)
  if budgets[id] ~= nil then
    return budgets[id] or nil
  end
  local fields = hashOf(prefix .. 'budget:' .. id)
  if not fields then
    return nil
  end
  local resources = wordsOf(fields.resources)
  local budget = {
    id = id,
    key = prefix .. 'budget:' .. id,
    parentId = fields.parentId ~= '' and fields.parentId or nil,
    strategy = fields.strategy,
    weight = tonumber(fields.weight),
    definition = fields.definition,
    closing = fields.closing == '1',
    leaseUntilMs = tonumber(fields.leaseUntilMs),
    leases = tonumber(fields.leases),
    children = tonumber(fields.children),
    resources = resources,
    kind = {},
    limit = readAmounts(fields, 'limit', resources),
    granted = readAmounts(fields, 'granted', resources),
    used = readAmounts(fields, 'used', resources),
    presumed = readAmounts(fields, 'presumed', resources),
    loans = cjson.decode(fields.loans or '[]'),
    policyText = fields.policy and fields.policy ~= '' and fields.policy or defaultPolicyOf(prefix, id, fields.parentId),
  }
  budget.policy = budget.policyText and cjson.decode(budget.policyText) or nil
  for _, resource in ipairs(resources) do
    budget.kind[resource] = fields['kind:' .. resource]
  end
  budgets[id] = budget
  return budget
end

local function holdingOf(id)
  local fields = hashOf(prefix .. 'allocation:' .. id)
  if not fields then
    return nil
  end
  local resources = wordsOf(fields.resources)
  return {
    id = id,
    key = prefix .. 'allocation:' .. id,
    budgetId = fields.budgetId,
    requestId = fields.requestId,
    priority = tonumber(fields.priority),
    resources = resources,
    amount = readAmounts(fields, 'amount', resources),
    consumed = readAmounts(fields, 'consumed', resources),
    leaseUntilMs = tonumber(fields.leaseUntilMs),
    noticed = fields.noticed == '1',
    endedAtMs = tonumber(fields.endedAtMs),
  }
end

-- Closing, or its lease is over and others are reclaimed first: what it granted would have ended already.
local function isEnding(budget)
  return budget.closing or (budget.leaseUntilMs and budget.leaseUntilMs <= nowMs)
end

-- What nobody has of a resource, whatever the policy says.
local function idle(budget, resource)
  if not budget.limit[resource] then
    return 0
  end
  return math.max(0, budget.limit[resource] - budget.granted[resource] - budget.used[resource])
end

-- The one way in which an account changes. A zero may be a negative one, which Redis takes for no integer.
local function add(budget, name, resource, amount)
  if amount == 0 then
    return
  end
  touched[budget.id] = true
  budget[name][resource] = budget[name][resource] + amount
  redis.call('HINCRBY', budget.key, name .. ':' .. resource, int(amount))
end

local function set(budget, field, value)
  touched[budget.id] = true
  redis.call('HSET', budget.key, field, value)
end

local function childrenOf(budget)
  local ids = redis.call('SMEMBERS', prefix .. 'budget-children:' .. budget.id)
  table.sort(ids)
  local children = {}
  for _, id in ipairs(ids) do
    children[#children + 1] = budgetOf(id)
  end
  return children
end

local function nextNumber(name)
  local number = math.max(tonumber(redis.call('HGET', KEYS[7], name)) or 0, numberFloor) + 1
  redis.call('HSET', KEYS[7], name, int(number))
  return number
end

local function refuse(...)
  return {'refused', ...}
end

-- One entry per change, for the audit.
local function record(operation, text, outcome)
  redis.call('XADD', KEYS[6], 'MAXLEN', '~', logMax, int(nextNumber('logged')) .. '-0',
    'atMs', int(nowMs), 'operation', operation, 'text', text, 'outcome', outcome or '')
end

-- Tells whose figures changed, once per command.
local function finish(reply)
  local ids = {}
  for id in pairs(touched) do
    ids[#ids + 1] = id
  end
  if #ids > 0 then
    table.sort(ids)
    redis.call('PUBLISH', ARGV[2], cjson.encode(ids))
  end
  return reply
end

-- Leases longer than usual are noted by steps of a quarter: `long:<ms>` of the counters → until when one of that length may
-- last that was granted or prolonged by now. What is over when writes are lost no longer counts.
local function noteLength(leaseMs)
  if leaseMs <= leaseUsualMs then
    return
  end
  local stepMs = leaseUsualMs
  while stepMs < leaseMs do
    stepMs = math.ceil(stepMs * 1.25)
  end
  local field = 'long:' .. int(stepMs)
  -- Never to an earlier end, should the clock go back.
  local untilMs = math.max(nowMs + stepMs, tonumber(redis.call('HGET', KEYS[7], field)) or 0)
  redis.call('HSET', KEYS[7], field, int(untilMs))
end

-- The longest lease that may have been granted or prolonged at an instant.
local function longestAt(atMs)
  local longestMs, flat = leaseUsualMs, redis.call('HGETALL', KEYS[7])
  for at = 1, #flat, 2 do
    local stepMs = tonumber(string.match(flat[at], '^long:(%d+)$'))
    if stepMs and tonumber(flat[at + 1]) > atMs then
      longestMs = math.max(longestMs, stepMs)
    end
  end
  return longestMs
end

-- After lost writes nobody knows what was granted last: until the longest lease is over nothing new is granted and nothing
-- reclaimed (S1). Milliseconds left, 0 where that is over.
local function holdingBack()
  local window = redis.call('HMGET', KEYS[1], 'windowUntilMs', 'windowMs')
  if not window[1] then
    return 0
  end
  local windowMs = tonumber(window[2])
  local openedMs = tonumber(window[1]) - windowMs
  local leftMs = openedMs + math.max(longestAt(openedMs), windowMs) - nowMs
  return nowMs >= openedMs and math.max(0, leftMs) or 0
end

-- A request belongs to one life of its budget, which the number of its creation names.
local function lifeOf(budgetId)
  local number = redis.call('ZSCORE', KEYS[2], budgetId)
  return number and 'b' .. number
end

local function remember(budgetId, requestId, digest, allocationId)
  redis.call('HSET', KEYS[4], budgetId .. ' ' .. requestId, digest .. ' ' .. allocationId .. ' ' .. lifeOf(budgetId))
end

-- Unless the name stands for another one by now.
local function forgetRequest(field, allocationId)
  local known = redis.call('HGET', KEYS[4], field)
  if known and wordsOf(known)[2] == allocationId then
    redis.call('HDEL', KEYS[4], field)
  end
end

-- The answer to a request that was made before; nil for a new one.
local function recall(budgetId, requestId, digest)
  local known = redis.call('HGET', KEYS[4], budgetId .. ' ' .. requestId)
  local words, life = known and wordsOf(known), lifeOf(budgetId)
  -- Without a b the last word is of before there were lives: the end of the first lease.
  if not words or (life and string.sub(words[3], 1, 1) == 'b' and words[3] ~= life) then
    return nil
  end
  if words[1] ~= digest then
    return refuse('request-reused', requestId)
  end
  if words[2] == '-' then
    return {'repeated'}
  end
  local holding, amounts = holdingOf(words[2]), {}
  if not holding or holding.endedAtMs then
    return refuse('ended', words[2])
  end
  for _, resource in ipairs(holding.resources) do
    amounts[#amounts + 1] = resource .. ' ' .. int(holding.amount[resource])
  end
  local untilMs = holding.leaseUntilMs
  return {'granted', holding.id, int(untilMs), '1', int(math.max(0, untilMs - nowMs)), table.concat(amounts, ' ')}
end

local function parentOf(budget)
  return budget.parentId and budgetOf(budget.parentId)
end

-- A part of a limit, from the parent to its child (or back, where it is negative).
local function movePart(parent, child, resource, amount)
  add(parent, 'granted', resource, amount)
  add(child, 'limit', resource, amount)
end

local function moveAcross(from, to, resource, amount)
  add(from, 'limit', resource, -amount)
  add(to, 'limit', resource, amount)
end

-- One entry for each lender and resource; see packages/core/src/budget/loans.ts.
local function owe(budget, lenderId, resource, amount)
  for _, loan in ipairs(budget.loans) do
    if loan[1] == lenderId and loan[2] == resource then
      loan[3] = int(tonumber(loan[3]) + amount)
      return
    end
  end
  budget.loans[#budget.loans + 1] = {lenderId, resource, int(amount)}
end

local function saveLoans(budget)
  set(budget, 'loans', #budget.loans == 0 and '[]' or cjson.encode(budget.loans))
end

-- Amounts as they are sent: name, number, name, number …
local function wanted(text)
  local words, amounts = wordsOf(text), {}
  for at = 1, #words, 2 do
    amounts[#amounts + 1] = {words[at], tonumber(words[at + 1])}
  end
  return amounts
end
