#!lua flags=allow-oom
-- Ends the leases that are over, a bounded number (B2, B3).
--
-- KEYS: 7
-- Include: budget-defaults, budget, budget-ends
-- Input:  KEYS[1] store key, KEYS[2] budgets, KEYS[3] leases, KEYS[4] requests, KEYS[5] ended, KEYS[6] log, KEYS[7] counters
--         ARGV[1] generation, ARGV[2] channel, ARGV[3] prefix
-- Output: how many

return finish(reclaim())
