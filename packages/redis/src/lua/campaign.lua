#!lua flags=allow-oom
-- Takes the leadership if it is free (L1, L2). In the recovery window nobody gets it (S1). Whoever holds the record
-- already and lost the answer gets it again, with the same term.
--
-- Where candidates have priorities, a free leadership is left to the highest of those that asked of late, for a while from the
-- first of the others that found it free; among equals it goes to the first that asks, and nobody loses it to a higher one.
-- Who asks is written down from the moment on when somebody has another priority than the default.
--
-- KEYS: 4
-- Include: leader, candidates
-- Input:  KEYS[1] store key, KEYS[2] leader record, KEYS[3] highest term (never expires)
--         KEYS[4] candidates, where they have priorities: see candidates.lua
--         ARGV[1] generation, ARGV[2] channel, ARGV[3] agentId, ARGV[4] incarnation, ARGV[5] highest term the caller has
--         seen, ARGV[6] lease in ms, ARGV[7] priority or '', ARGV[8] how long who asked counts, ms, ARGV[9] how long others
--         wait for it, ms
-- Output: {'granted', term, generation} or {'record', live leader or {}, how long it is left to others, ms}

local leaseMs = tonumber(ARGV[6])
local leader = readLeader(KEYS[2])
if leader and leader.clockWentBack then
  redis.call('HSET', KEYS[2], 'leaseUntilMs', int(nowMs + leader.leaseMs))
end
if recovering then
  return {'record', leaderReply(leader), '0'}
end
if isLive(leader) then
  if leader.agentId ~= ARGV[3] or leader.incarnation ~= tonumber(ARGV[4]) then
    stands()
    return {'record', leaderReply(leader), '0'}
  end
  redis.call('HSET', KEYS[2], 'leaseUntilMs', int(nowMs + leaseMs), 'leaseMs', int(leaseMs),
    'renewals', int(leader.renewals + 1))
  return {'granted', int(leader.term), int(generation)}
end

local lastTerm = tonumber(redis.call('GET', KEYS[3])) or 0
local leftToOthersMs = waitsMs(lastTerm)
if leftToOthersMs > 0 then
  stands()
  return {'record', {}, int(leftToOthersMs)}
end
won()
local term = math.max(lastTerm + 1, nowMs, tonumber(ARGV[5]) + 1)
writeLeader(KEYS[2], KEYS[3], ARGV[2], ARGV[3], ARGV[4], term, leaseMs)
return {'granted', int(term), int(generation)}
