#!lua
-- Makes a budget: a root, or a part of its parent (B1). The same definition again changes nothing, and is refused while it closes.
--
-- KEYS: 7
-- Include: budget-defaults, budget, budget-ends, budget-policy
-- Input:  KEYS[1] store key, KEYS[2] budgets, KEYS[3] leases, KEYS[4] requests, KEYS[5] ended, KEYS[6] log, KEYS[7] counters
--         ARGV[1] generation, ARGV[2] channel, ARGV[3] prefix, ARGV[4] definition (JSON), ARGV[5] id, ARGV[6] parent's id or '',
--         ARGV[7] limits, ARGV[8] kinds, as words, ARGV[9] strategy, ARGV[10] weight, ARGV[11] lease in ms or '',
--         ARGV[12] most budgets, ARGV[13] most children, ARGV[14] most levels, ARGV[15] policy (JSON) or ''
-- Output: {'done'} | {'repeated'} | {'refused', kind, ...}; error `ENTRAIN recovering <ms left>`

reclaim()
local id, limits = ARGV[5], wanted(ARGV[7])
local known = budgetOf(id)
if known and known.closing then
  return finish(refuse('closing', id))
end
if known then
  return finish(known.definition == ARGV[4] and {'repeated'} or refuse('exists', id))
end
if holdingBack() > 0 then
  return fail('recovering', int(holdingBack()))
end
if redis.call('ZCARD', KEYS[2]) >= tonumber(ARGV[12]) then
  return finish(refuse('too-many', 'budgets'))
end
local parent
if ARGV[6] ~= '' then
  parent = budgetOf(ARGV[6])
  if not parent then
    return finish(refuse('unknown-budget', ARGV[6]))
  end
  if isEnding(parent) then
    return finish(refuse('closing', parent.id))
  end
  if parent.children >= tonumber(ARGV[13]) then
    return finish(refuse('too-many', 'children'))
  end
  local levels, up = 1, parentOf(parent)
  while up do
    levels, up = levels + 1, parentOf(up)
  end
  if levels >= tonumber(ARGV[14]) then
    return finish(refuse('too-many', 'levels'))
  end
  local refusal = unknownNames(parent, limits) or shortage(parent, limits)
  if refusal then
    return finish(refusal)
  end
end

local untilMs = ARGV[11] ~= '' and nowMs + tonumber(ARGV[11]) or nil
if parent and parent.leaseUntilMs then
  untilMs = math.min(untilMs or parent.leaseUntilMs, parent.leaseUntilMs)
end
local key, names, kinds = prefix .. 'budget:' .. id, {}, wordsOf(ARGV[8])
for at, each in ipairs(limits) do
  local resource = each[1]
  names[#names + 1] = resource
  local kind = parent and parent.kind[resource] or kinds[at]
  redis.call('HSET', key, 'limit:' .. resource, int(each[2]), 'granted:' .. resource, '0', 'used:' .. resource, '0',
    'presumed:' .. resource, '0', 'kind:' .. resource, kind)
end
redis.call('HSET', key, 'parentId', ARGV[6], 'strategy', ARGV[9], 'weight', ARGV[10], 'definition', ARGV[4], 'closing', '0',
  'leaseUntilMs', untilMs and int(untilMs) or '', 'leases', '0', 'children', '0', 'resources', table.concat(names, ' '),
  'loans', '[]', 'policy', ARGV[15])
redis.call('ZADD', KEYS[2], int(nextNumber('created')), id)
touched[id] = true
if untilMs then
  redis.call('ZADD', KEYS[3], int(untilMs), 'b:' .. id)
end
if parent then
  for _, each in ipairs(limits) do
    add(parent, 'granted', each[1], each[2])
  end
  redis.call('SADD', prefix .. 'budget-children:' .. parent.id, id)
  parent.children = parent.children + 1
  set(parent, 'children', parent.children)
end
record('create', ARGV[4])
return finish({'done'})
