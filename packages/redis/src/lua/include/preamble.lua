-- Preamble of every command that works in a generation (S1). TIME is the only clock.
--
-- Input:  KEYS[1] store key, ARGV[1] the caller's generation and the store's life that it knew, `<generation> <life>`
-- Output: error `ENTRAIN stale-generation <generation>` under another one: nothing was done
-- Offers: nowMs, generation, recovering (the recovery window is open), numberFloor, int(n), fail(code, detail)

local function int(number)
  -- Plus 0: a negative zero would be written as '-0', which Redis takes for no number.
  return string.format('%.0f', number + 0)
end
local function fail(code, detail)
  return redis.error_reply('ENTRAIN ' .. code .. ' ' .. detail)
end

local time = redis.call('TIME')
local nowMs = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local store = redis.call('HMGET', KEYS[1], 'generation', 'life', 'windowUntilMs', 'windowMs')
local generation = tonumber(store[1]) or 0
if int(generation) .. ' ' .. (store[2] or '') ~= ARGV[1] then
  return fail('stale-generation', int(generation))
end
-- More than a whole window left means that the clock went back: then the window is over rather than hours long.
local windowLeftMs = (tonumber(store[3]) or 0) - nowMs
local recovering = windowLeftMs > 0 and windowLeftMs <= (tonumber(store[4]) or 0)
-- Versions, ordinals and sequence numbers of a generation begin above it: none that was lost is given out twice (C1, D1).
local numberFloor = (generation - 1) * 1e9
