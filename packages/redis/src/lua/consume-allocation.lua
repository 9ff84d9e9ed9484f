#!lua flags=allow-oom
-- Takes down what was consumed of an allocation so far: totals, so that a repetition changes nothing (B3).
--
-- KEYS: 7
-- Include: budget-defaults, budget, budget-ends
-- Input:  KEYS[1] store key, KEYS[2] budgets, KEYS[3] leases, KEYS[4] requests, KEYS[5] ended, KEYS[6] log, KEYS[7] counters
--         ARGV[1] generation, ARGV[2] channel, ARGV[3] prefix, ARGV[4] command (JSON), ARGV[5] budget, ARGV[6] allocation,
--         ARGV[7] totals
-- Output: {'done'} | {'refused', kind, ...}

reclaim()
local holding = holdingOf(ARGV[6])
if not holding or holding.budgetId ~= ARGV[5] then
  return finish(refuse('unknown-allocation', ARGV[6]))
end
if holding.endedAtMs then
  return finish(refuse('ended', ARGV[6]))
end
local budget, totals = budgetOf(holding.budgetId), wanted(ARGV[7])
for _, each in ipairs(totals) do
  local resource, total = each[1], each[2]
  local limit, before = holding.amount[resource] or 0, holding.consumed[resource] or 0
  if total > limit or total < before or budget.kind[resource] ~= 'consumable' then
    return finish(refuse('consumed', holding.id, resource, int(limit)))
  end
end
for _, each in ipairs(totals) do
  local more = each[2] - (holding.consumed[each[1]] or 0)
  add(budget, 'granted', each[1], -more)
  add(budget, 'used', each[1], more)
  redis.call('HSET', holding.key, 'consumed:' .. each[1], int(each[2]))
end
record('consume', ARGV[4])
return finish({'done'})
