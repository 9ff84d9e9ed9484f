#!lua
-- Moves free room between a budget and its parent, or between siblings, once per request id (B1).
--
-- KEYS: 7
-- Include: budget-defaults, budget, budget-ends, budget-policy
-- Input:  KEYS[1] store key, KEYS[2] budgets, KEYS[3] leases, KEYS[4] requests, KEYS[5] ended, KEYS[6] log, KEYS[7] counters
--         ARGV[1] generation, ARGV[2] channel, ARGV[3] prefix, ARGV[4] command (JSON), ARGV[5] from, ARGV[6] to,
--         ARGV[7] amounts, ARGV[8] request id
-- Output: {'done'} | {'repeated'} | {'refused', kind, ...}; error `ENTRAIN recovering <ms left>`

reclaim()
local digest = redis.sha1hex(ARGV[6] .. ' ' .. ARGV[7])
local answer = recall(ARGV[5], ARGV[8], digest)
if answer then
  return finish(answer)
end
local from, to, amounts = budgetOf(ARGV[5]), budgetOf(ARGV[6]), wanted(ARGV[7])
if not from or not to then
  return finish(refuse('unknown-budget', from and ARGV[6] or ARGV[5]))
end
if holdingBack() > 0 then
  return fail('recovering', int(holdingBack()))
end
if to.closing then
  return finish(refuse('closing', to.id))
end
local up, down = from.parentId == to.id, to.parentId == from.id
local across = from.id ~= to.id and from.parentId ~= nil and from.parentId == to.parentId
if not (up or down or across) then
  return finish(refuse('unrelated', from.id, to.id))
end
local refusal = unknownNames(from, amounts) or unknownNames(to, amounts) or shortage(from, amounts)
if refusal then
  return finish(refusal)
end
for _, each in ipairs(amounts) do
  if up then
    movePart(to, from, each[1], -each[2])
  elseif down then
    movePart(from, to, each[1], each[2])
  else
    moveAcross(from, to, each[1], each[2])
  end
end
remember(from.id, ARGV[8], digest, '-')
redis.call('ZADD', KEYS[5], int(nowMs), 'r:' .. from.id .. ' ' .. ARGV[8])
record('transfer', ARGV[4])
return finish({'done'})
