#!lua
-- Changes a budget while it is used: limits of a root, never below what is out (B1), and the policy, where it is still the one
-- that the change was made of.
--
-- KEYS: 7
-- Include: budget-defaults, budget, budget-ends, budget-policy
-- Input:  KEYS[1] store key, KEYS[2] budgets, KEYS[3] leases, KEYS[4] requests, KEYS[5] ended, KEYS[6] log, KEYS[7] counters
--         ARGV[1] generation, ARGV[2] channel, ARGV[3] prefix, ARGV[4] command (JSON), ARGV[5] budget, ARGV[6] limits or '',
--         ARGV[7] policy (JSON) or '', ARGV[8] the policy that it was made of or '', ARGV[9] the policy of who has none
-- Output: {'done'} | {'refused', kind, ...}; error `ENTRAIN recovering <ms left>`

reclaim()
local budget, limits = budgetOf(ARGV[5]), wanted(ARGV[6])
if not budget then
  return finish(refuse('unknown-budget', ARGV[5]))
end
if holdingBack() > 0 then
  return fail('recovering', int(holdingBack()))
end
if budget.closing then
  return finish(refuse('closing', budget.id))
end
if budget.parentId and #limits > 0 then
  return finish(refuse('not-root', budget.id))
end
if ARGV[8] ~= '' and ARGV[8] ~= (budget.policyText or ARGV[9]) then
  return finish(refuse('policy-changed', budget.id))
end
local refusal = unknownNames(budget, limits)
if refusal then
  return finish(refusal)
end
local left, over = {'refused', 'exhausted', budget.id, '0', '0'}, false
for _, each in ipairs(limits) do
  over = over or each[2] < budget.granted[each[1]] + budget.used[each[1]]
  left[#left + 1] = each[1]
  left[#left + 1] = int(budget.limit[each[1]] - budget.granted[each[1]] - budget.used[each[1]])
end
if over then
  return finish(left)
end
for _, each in ipairs(limits) do
  add(budget, 'limit', each[1], each[2] - budget.limit[each[1]])
end
if ARGV[7] ~= '' then
  set(budget, 'policy', ARGV[7])
end
record('amend', ARGV[4])
return finish({'done'})
