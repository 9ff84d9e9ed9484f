#!lua flags=allow-oom
-- Prolongs the lease of a child budget, never beyond its parent's (B2), and of the children that last as long as it does; also
-- while writes may have been lost. It never shortens one.
--
-- KEYS: 7
-- Include: budget-defaults, budget, budget-ends
-- Input:  KEYS[1] store key, KEYS[2] budgets, KEYS[3] leases, KEYS[4] requests, KEYS[5] ended, KEYS[6] log, KEYS[7] counters
--         ARGV[1] generation, ARGV[2] channel, ARGV[3] prefix, ARGV[4] command (JSON), ARGV[5] budget, ARGV[6] lease in ms
-- Output: {'extended', leaseUntilMs, ms left} | {'refused', kind, ...}

reclaim()
local budget = budgetOf(ARGV[5])
if not budget then
  return finish(refuse('unknown-budget', ARGV[5]))
end
if budget.closing then
  return finish(refuse('closing', budget.id))
end
if not budget.leaseUntilMs then
  return finish(refuse('no-lease', budget.id))
end
local parent = parentOf(budget)
local most = parent and parent.leaseUntilMs or math.huge
local untilMs = math.max(budget.leaseUntilMs, math.min(nowMs + tonumber(ARGV[6]), most))

local function lengthen(each)
  each.leaseUntilMs = untilMs
  set(each, 'leaseUntilMs', int(untilMs))
  redis.call('ZADD', KEYS[3], int(untilMs), 'b:' .. each.id)
  for _, child in ipairs(childrenOf(each)) do
    if not child.closing and string.find(child.definition, '"leaseMs":null', 1, true) then
      lengthen(child)
    end
  end
end

lengthen(budget)
record('prolong', ARGV[4])
return finish({'extended', int(untilMs), int(untilMs - nowMs)})
