-- Rounds of a pool, for the commands that fill, take and settle them. A round is held as a leadership is; beside the leader's
-- fields its record has key and attempt. A contribution is kept as `<count> <reply to> <text>`.
--
-- Needs:  int of the preamble
-- Offers: outcomeKey(prefix, id), partsOf(packed)

-- For how long an outcome is remembered, ms.
local outcomeForMs = 60000

local function outcomeKey(prefix, id)
  return prefix .. id
end

local function partsOf(packed)
  local count, replyTo, text = string.match(packed, '^(%d+) (%S+) (.*)$')
  return tonumber(count), replyTo, text
end
