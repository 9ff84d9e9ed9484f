#!lua flags=allow-oom
-- Opens the store for a client on a new connection (S1): finds out whether the store may have lost writes since anybody
-- looked, and if so raises the generation, once for all clients, and opens the recovery window.
--
-- It may have lost writes where the server is another one (run id or replication id), where it does not know the life
-- that the caller knew (emptied), where it is behind the caller (an old backup), or where the caller saw its clock step.
--
-- The window is as long as the longest lease that anybody may hold of what was granted before, whoever raises: each client
-- says at its opening, before it can be granted anything, how long its own may be (`leaseMaxMs`: the longest of a generation).
-- Where that went with the data, a client of an earlier generation that comes back with longer ones makes the open window longer.
--
-- KEYS: 1
-- Input:  KEYS[1] store key
--         ARGV[1] run id, ARGV[2] replication id, ARGV[3] the caller's highest generation or 0,
--         ARGV[4] the life that the caller knew or '', ARGV[5] the caller's longest lease in ms, ARGV[6] '1' after a clock step,
--         ARGV[7] version of keys and commands, ARGV[8] a fresh name for a life
-- Output: {generation, life, windowLeftMs as texts, 1 if this call raised the generation}; error `ENTRAIN schema <version>`

local function int(number)
  return string.format('%.0f', number)
end

local time = redis.call('TIME')
local nowMs = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local known = tonumber(ARGV[3])
local ownLeaseMs = tonumber(ARGV[5])
local store = redis.call('HMGET', KEYS[1], 'generation', 'life', 'runId', 'replicationId', 'windowUntilMs', 'windowMs', 'schema',
  'leaseMaxMs')
local generation = tonumber(store[1])
local life = store[2]
local windowLeftMs = (tonumber(store[5]) or 0) - nowMs
local windowMs = tonumber(store[6]) or 0
local recovering = windowLeftMs > 0 and windowLeftMs <= windowMs
local leaseMaxMs = tonumber(store[8]) or 0

if generation and tonumber(store[7]) > tonumber(ARGV[7]) then
  return redis.error_reply('ENTRAIN schema ' .. store[7])
end

if not generation then
  generation = known
  life = ARGV[8]
else
  local otherServer = store[3] ~= ARGV[1] or store[4] ~= ARGV[2]
  local otherLife = known > 0 and known >= generation and (known > generation or life ~= ARGV[4])
  local clockStepped = ARGV[6] == '1' and not recovering
  if not (otherServer or otherLife or clockStepped) then
    if ownLeaseMs > leaseMaxMs then
      redis.call('HSET', KEYS[1], 'leaseMaxMs', int(ownLeaseMs))
    end
    local heldBefore = known > 0 and known < generation
    if recovering and heldBefore and ownLeaseMs > windowMs then
      windowLeftMs = windowLeftMs + ownLeaseMs - windowMs
      redis.call('HSET', KEYS[1], 'windowUntilMs', int(nowMs + windowLeftMs), 'windowMs', int(ownLeaseMs))
    end
    return {int(generation), life, int(math.max(0, recovering and windowLeftMs or 0)), 0}
  end
end

-- The very first generation has nothing to recover.
local recovers = generation > 0
generation = math.max(generation, known) + 1
-- Whoever goes on opens this generation as well, and says its own again: what nobody holds any more is waited for once. What is
-- left of a window that is open covers the leases of the generation before.
windowMs = math.max(ownLeaseMs, leaseMaxMs, recovering and windowLeftMs or 0)
redis.call('HSET', KEYS[1], 'generation', int(generation), 'life', life, 'runId', ARGV[1], 'replicationId', ARGV[2],
  'schema', ARGV[7], 'leaseMaxMs', int(ownLeaseMs))
if recovers then
  redis.call('HSET', KEYS[1], 'windowUntilMs', int(nowMs + windowMs), 'windowMs', int(windowMs))
end
return {int(generation), life, int(recovers and windowMs or 0), 1}
