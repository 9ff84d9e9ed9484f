#!lua
-- Grants a part of a budget for a lease, once per request id (B1 to B3). Nothing is granted while writes may have been lost.
--
-- KEYS: 7
-- Include: budget-defaults, budget, budget-ends, budget-policy, budget-room, budget-forecast, budget-line
-- Input:  KEYS[1] store key, KEYS[2] budgets, KEYS[3] leases, KEYS[4] requests, KEYS[5] ended, KEYS[6] log, KEYS[7] counters
--         ARGV[1] generation, ARGV[2] channel, ARGV[3] prefix, ARGV[4] request (JSON), ARGV[5] budget, ARGV[6] request id,
--         ARGV[7] amounts, ARGV[8] lease in ms, ARGV[9] holder, ARGV[10] priority, ARGV[11] reserve or '', ARGV[12] tier or '',
--         ARGV[13] how long its place is kept where there is no room, in ms, or 0, ARGV[14] the least that it takes where the
--         whole is not there, or ''
-- Output: {'granted', allocation, leaseUntilMs, '1' if it was before, ms left, amounts} | {'refused', kind, ...};
--         error `ENTRAIN recovering <ms left>`

reclaim()
local who = {reserve = ARGV[11] ~= '' and ARGV[11] or nil, tier = ARGV[12] ~= '' and ARGV[12] or nil}
local class = (who.reserve or who.tier) and ' / ' .. ARGV[11] .. ' ' .. ARGV[12] or ''
local digest = redis.sha1hex(ARGV[7] .. class)
local answer = recall(ARGV[5], ARGV[6], digest)
if answer then
  return finish(answer)
end
local budget, amounts = budgetOf(ARGV[5]), wanted(ARGV[7])
if not budget then
  return finish(refuse('unknown-budget', ARGV[5]))
end
if holdingBack() > 0 then
  return fail('recovering', int(holdingBack()))
end
if isEnding(budget) then
  return finish(refuse('closing', budget.id))
end
local refusal = unknownNames(budget, amounts, who)
if refusal then
  return finish(refusal)
end
local preempted = 0
local request = {id = ARGV[6], amounts = amounts, who = who, priority = tonumber(ARGV[10]), keepMs = tonumber(ARGV[13])}
local behind = isBehind(budget, request)
if not behind and shortage(budget, amounts, who) then
  preempted = makeRoom(budget, amounts, request.priority, who)
end
if behind then
  refusal = nothingLeft(budget, amounts)
else
  refusal = shortage(budget, amounts, who, preempted)
end
local own = ARGV[14] ~= '' and {} or nil
for _, each in ipairs(wanted(ARGV[14])) do
  own[each[1]] = each[2]
end
if refusal and not behind and (preempted == 0 or own) then
  local less = degraded(budget, amounts, who, own)
  if less then
    refusal, amounts = nil, less
  end
end
if refusal then
  if preempted > 0 then
    record('allocate', ARGV[4], 'refused')
  end
  return finish(keepPlace(budget, request) and refusal or refuse('too-many', 'waiting'))
end
leaveLine(budget, request.id)

local id = 'a-' .. int(nextNumber('allocated'))
local untilMs = math.min(nowMs + tonumber(ARGV[8]), budget.leaseUntilMs or math.huge)
local key, names, granted = prefix .. 'allocation:' .. id, {}, {}
for _, each in ipairs(amounts) do
  names[#names + 1] = each[1]
  granted[#granted + 1] = each[1] .. ' ' .. int(each[2])
  add(budget, 'granted', each[1], each[2])
  redis.call('HSET', key, 'amount:' .. each[1], int(each[2]))
end
redis.call('HSET', key, 'budgetId', budget.id, 'requestId', ARGV[6], 'holder', ARGV[9], 'priority', ARGV[10], 'noticed', '0',
  'leaseUntilMs', int(untilMs), 'resources', table.concat(names, ' '))
takeDown(budget, amounts)
redis.call('SADD', prefix .. 'budget-holdings:' .. budget.id, id)
redis.call('ZADD', KEYS[3], int(untilMs), 'a:' .. id)
budget.leases = budget.leases + 1
set(budget, 'leases', budget.leases)
noteLength(tonumber(ARGV[8]))
remember(budget.id, request.id, digest, id)
record('allocate', ARGV[4], id)
return finish({'granted', id, int(untilMs), '0', int(untilMs - nowMs), table.concat(granted, ' ')})
