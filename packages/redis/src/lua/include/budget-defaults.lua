-- The policy of a budget that has none of its own; see packages/core/src/budget/defaults.ts. A hash has them: `b:<budgetId>` or
-- `b:*` → policy (JSON), `version` of the document that says so, `text` of all of them.
--
-- Offers: defaultsKey(prefix), defaultPolicyOf(prefix, id, parentId) → policy (JSON) or nil

local defaults

local function defaultsKey(prefix)
  return prefix .. 'budget-defaults'
end

-- The nearest that is named: the budget itself, then those above it, then `*`.
local function defaultPolicyOf(prefix, id, parentId)
  if not defaults then
    defaults = {}
    local flat = redis.call('HGETALL', defaultsKey(prefix))
    for at = 1, #flat, 2 do
      defaults[flat[at]] = flat[at + 1]
    end
  end
  if not next(defaults) then
    return nil
  end
  local found = defaults['b:' .. id]
  while not found and parentId and parentId ~= '' do
    found = defaults['b:' .. parentId]
    parentId = redis.call('HGET', prefix .. 'budget:' .. parentId, 'parentId')
  end
  return found or defaults['b:*']
end
