#!lua flags=allow-oom
-- Gives back what was not consumed of an allocation; a second time changes nothing (B3).
--
-- KEYS: 7
-- Include: budget-defaults, budget, budget-ends
-- Input:  KEYS[1] store key, KEYS[2] budgets, KEYS[3] leases, KEYS[4] requests, KEYS[5] ended, KEYS[6] log, KEYS[7] counters
--         ARGV[1] generation, ARGV[2] channel, ARGV[3] prefix, ARGV[4] command (JSON), ARGV[5] budget, ARGV[6] allocation
-- Output: {'done'} | {'repeated'} | {'refused', kind, ...}

reclaim()
local holding = holdingOf(ARGV[6])
if not holding or holding.budgetId ~= ARGV[5] then
  return finish(refuse('unknown-allocation', ARGV[6]))
end
if holding.endedAtMs then
  return finish({'repeated'})
end
endHolding(holding, false)
record('release', ARGV[4])
return finish({'done'})
