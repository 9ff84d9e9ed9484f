#!lua flags=allow-oom
-- Prolongs an allocation that has not ended, never beyond its budget's lease (B2); also while writes may have been lost. One
-- that was given notice is refused, and only ever shortened: by its holder, which stops by then.
--
-- KEYS: 7
-- Include: budget-defaults, budget, budget-ends
-- Input:  KEYS[1] store key, KEYS[2] budgets, KEYS[3] leases, KEYS[4] requests, KEYS[5] ended, KEYS[6] log, KEYS[7] counters
--         ARGV[1] generation, ARGV[2] channel, ARGV[3] prefix, ARGV[4] command (JSON), ARGV[5] budget, ARGV[6] allocation,
--         ARGV[7] lease in ms
-- Output: {'extended', leaseUntilMs, ms left} | {'refused', kind, ...}

reclaim()
local holding = holdingOf(ARGV[6])
if not holding or holding.budgetId ~= ARGV[5] then
  return finish(refuse('unknown-allocation', ARGV[6]))
end
if holding.endedAtMs then
  return finish(refuse('ended', ARGV[6]))
end
if holding.noticed then
  local endMs = nowMs + tonumber(ARGV[7])
  if endMs < holding.leaseUntilMs then
    holding.leaseUntilMs = endMs
    redis.call('HSET', holding.key, 'leaseUntilMs', int(endMs))
    redis.call('ZADD', KEYS[3], int(endMs), 'a:' .. holding.id)
    record('extend', ARGV[4], 'refused')
  end
  return finish(refuse('noticed', ARGV[6], int(holding.leaseUntilMs)))
end
local budget = budgetOf(holding.budgetId)
local untilMs = math.min(nowMs + tonumber(ARGV[7]), budget.leaseUntilMs or math.huge)
redis.call('HSET', holding.key, 'leaseUntilMs', int(untilMs))
redis.call('ZADD', KEYS[3], int(untilMs), 'a:' .. holding.id)
noteLength(tonumber(ARGV[7]))
record('extend', ARGV[4])
return finish({'extended', int(untilMs), int(untilMs - nowMs)})
