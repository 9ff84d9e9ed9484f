-- Versions of the shared document, for the commands that make them. The log's ids are the versions, so that a reader finds
-- its place without a search. Requests are remembered as long as the versions that they made.
--
-- Input:  KEYS[2] context, KEYS[3] log, KEYS[4] requests
-- Offers: madeBy(requestId, patchText) → version or nil, or false where the id stands for another patch;
--         appendVersion(document, entryText, requestId, patchText, keep) → version

local trimMax = 20

local function madeBy(requestId, patchText)
  local version, digest = string.match(redis.call('HGET', KEYS[4], requestId) or '', '^(%d+) (%x+)$')
  if not version then
    return nil
  end
  return digest == redis.sha1hex(patchText) and tonumber(version)
end

local function fieldsOf(entry)
  local fields = {}
  for at = 1, #entry[2], 2 do
    fields[entry[2][at]] = entry[2][at + 1]
  end
  return fields
end

-- Drops the oldest versions beyond the limits, a few per command, never the newest.
local function trimLog(characters, keep)
  for _ = 1, trimMax do
    local oldest = redis.call('XRANGE', KEYS[3], '-', '+', 'COUNT', 1)[1]
    local fields = fieldsOf(oldest)
    local count = redis.call('XLEN', KEYS[3])
    local old = tonumber(fields.atMs) < nowMs - keep.ageMaxMs
    if count <= 1 or not (old or count > keep.versionsMax or characters > keep.charactersMax) then
      break
    end
    redis.call('XDEL', KEYS[3], oldest[1])
    characters = characters - tonumber(fields.size)
    if fields.request ~= '' then
      redis.call('HDEL', KEYS[4], fields.request)
    end
  end
  return characters
end

-- The entry's text is the caller's JSON object; what the store adds goes in front.
local function appendVersion(document, entryText, requestId, patchText, keep)
  local base = contextVersion(KEYS[2])
  local version = math.max(base, numberFloor) + 1
  local entry = '{"version":' .. int(version) .. ',"baseVersion":' .. int(base) .. ',"atMs":' .. int(nowMs) .. ',' .. string.sub(entryText, 2)
  local characters = (tonumber(redis.call('HGET', KEYS[2], 'characters')) or 0) + #entry
  redis.call('XADD', KEYS[3], int(version) .. '-0', 'atMs', int(nowMs), 'size', #entry, 'request', requestId, 'entry', entry)
  if requestId ~= '' then
    redis.call('HSET', KEYS[4], requestId, int(version) .. ' ' .. redis.sha1hex(patchText))
  end
  characters = trimLog(characters, keep)
  redis.call('HSET', KEYS[2], 'version', int(version), 'document', document, 'characters', int(characters))
  return version
end
