#!lua
-- Takes what waits in a pool for one call (L1, L2). A beat has one round, and a claim that is late has had its call: one of a
-- lower beat gets none for two leases after the last round. It is late no more after that: the swarm counts from another beat
-- then, as after a restart of all of it. A round whose holder's lease is over goes to the claimant as it was, with its key,
-- under a higher token. In the recovery window nothing is granted (S1).
--
-- KEYS: 6
-- Include: leader, pool
-- Input:  KEYS[1] store key, KEYS[2] pool, KEYS[3] ids that wait, oldest first, KEYS[4] what waits, by id, KEYS[5] what a round
--         has taken, by id, KEYS[6] the round
--         ARGV[1] generation, ARGV[2] agentId, ARGV[3] incarnation, ARGV[4] beat or '', ARGV[5] highest token the caller has
--         seen, ARGV[6] lease in ms, ARGV[7] most items
-- Output: {'granted', token, generation, key, attempt, {id, packed, ...}}, {'held', ms left}, {'done'} or {'empty'}; error
--         `ENTRAIN recovering <ms left>`

if recovering then
  return fail('recovering', int(windowLeftMs))
end
local leaseMs = tonumber(ARGV[6])
local holder = readLeader(KEYS[6])
if holder and holder.clockWentBack then
  redis.call('HSET', KEYS[6], 'leaseUntilMs', int(nowMs + holder.leaseMs))
end
if isLive(holder) and (holder.agentId ~= ARGV[2] or holder.incarnation ~= tonumber(ARGV[3])) then
  return {'held', int(holder.remainingMs)}
end

local pool = redis.call('HMGET', KEYS[2], 'token', 'beat', 'bytes', 'claimedAtMs')
local key, attempt
if holder then
  local round = redis.call('HMGET', KEYS[6], 'key', 'attempt')
  key, attempt = round[1], tonumber(round[2]) + 1
else
  local beat, last = tonumber(ARGV[4]), tonumber(pool[2])
  local agoMs = nowMs - (tonumber(pool[4]) or 0)
  local isSoonAfter = agoMs >= 0 and agoMs < 2 * leaseMs
  if beat and last and (beat == last or (beat < last and isSoonAfter)) then
    return {'done'}
  end
  local items, bytes = 0, tonumber(pool[3]) or 0
  while true do
    local id = redis.call('LINDEX', KEYS[3], 0)
    local packed = id and redis.call('HGET', KEYS[4], id)
    if not packed then
      break
    end
    local count = partsOf(packed)
    if items > 0 and items + count > tonumber(ARGV[7]) then
      break
    end
    items, bytes = items + count, bytes - #packed
    redis.call('LPOP', KEYS[3])
    redis.call('HDEL', KEYS[4], id)
    redis.call('HSET', KEYS[5], id, packed)
  end
  if items == 0 then
    return {'empty'}
  end
  redis.call('HSET', KEYS[2], 'bytes', int(bytes))
  if beat then
    redis.call('HSET', KEYS[2], 'beat', int(beat), 'claimedAtMs', int(nowMs))
  end
  attempt = 1
end
local token = math.max((tonumber(pool[1]) or 0) + 1, nowMs, tonumber(ARGV[5]) + 1)
key = key or int(token)
redis.call('HSET', KEYS[2], 'token', int(token))
redis.call('HSET', KEYS[6], 'agentId', ARGV[2], 'incarnation', ARGV[3], 'term', int(token), 'generation', int(generation),
  'leaseUntilMs', int(nowMs + leaseMs), 'leaseMs', int(leaseMs), 'key', key, 'attempt', int(attempt))
return {'granted', int(token), int(generation), key, int(attempt), redis.call('HGETALL', KEYS[5])}
