-- The version of the shared document as readers see it: 0 before there is a document. In a new generation it is at once above
-- all that the earlier ones gave out, so that whoever saw a version that was lost does not take the present for it (C1).
--
-- Offers: contextVersion(key)

local function contextVersion(key)
  local stored = tonumber(redis.call('HGET', key, 'version'))
  return stored and math.max(stored, numberFloor) or 0
end
