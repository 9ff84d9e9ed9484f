-- Offers: votersVersion(key of membership)

-- Versions of a generation begin above it, so a round that was opened in an earlier one shows by its version (S1).
local function votersVersion(key)
  return math.max(tonumber(redis.call('HGET', key, 'votersVersion')) or 0, numberFloor)
end
