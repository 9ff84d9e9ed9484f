-- Pages of the document's log, for the commands that read it.
--
-- Offers: logPage(contextKey, logKey, found) → {present version, oldest version or '0', {entry, ...}, now in Unix ms}

-- An answer ends after the entry that brings it over this.
local charactersMax = 1048576

local function logPage(contextKey, logKey, found)
  local oldest = redis.call('XRANGE', logKey, '-', '+', 'COUNT', 1)[1]
  local entries, characters = {}, 0
  for _, item in ipairs(found) do
    entries[#entries + 1] = item[2][8]
    characters = characters + #item[2][8]
    if characters > charactersMax then
      break
    end
  end
  return {int(contextVersion(contextKey)), oldest and string.match(oldest[1], '^(%d+)') or '0', entries, int(nowMs)}
end
