#!lua flags=allow-oom
-- Lets a budget grant nothing new; it is freed with the last of its children (B2).
--
-- KEYS: 7
-- Include: budget-defaults, budget, budget-ends
-- Input:  KEYS[1] store key, KEYS[2] budgets, KEYS[3] leases, KEYS[4] requests, KEYS[5] ended, KEYS[6] log, KEYS[7] counters
--         ARGV[1] generation, ARGV[2] channel, ARGV[3] prefix, ARGV[4] command (JSON), ARGV[5] budget
-- Output: {'done'} | {'repeated'} | {'refused', kind, ...}

reclaim()
local budget = budgetOf(ARGV[5])
if not budget then
  return finish(refuse('unknown-budget', ARGV[5]))
end
if budget.closing then
  return finish({'repeated'})
end
closeBudget(budget)
record('close', ARGV[4])
return finish({'done'})
