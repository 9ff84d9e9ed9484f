#!lua flags=allow-oom
-- Takes the leadership if it is free (L1, L2). In the recovery window nobody gets it (S1). Whoever holds the record
-- already and lost the answer gets it again, with the same term.
--
-- KEYS: 3
-- Include: leader
-- Input:  KEYS[1] store key, KEYS[2] leader record, KEYS[3] highest term (never expires)
--         ARGV[1] generation, ARGV[2] channel, ARGV[3] agentId, ARGV[4] incarnation, ARGV[5] highest term the caller has
--         seen, ARGV[6] lease in ms
-- Output: {'granted', term, generation} or {'record', live leader or {}}

local leaseMs = tonumber(ARGV[6])
local leader = readLeader(KEYS[2])
if leader and leader.clockWentBack then
  redis.call('HSET', KEYS[2], 'leaseUntilMs', int(nowMs + leader.leaseMs))
end
if recovering then
  return {'record', leaderReply(leader)}
end
if isLive(leader) then
  if leader.agentId ~= ARGV[3] or leader.incarnation ~= tonumber(ARGV[4]) then
    return {'record', leaderReply(leader)}
  end
  redis.call('HSET', KEYS[2], 'leaseUntilMs', int(nowMs + leaseMs), 'leaseMs', int(leaseMs),
    'renewals', int(leader.renewals + 1))
  return {'granted', int(leader.term), int(generation)}
end

local term = math.max((tonumber(redis.call('GET', KEYS[3])) or 0) + 1, nowMs, tonumber(ARGV[5]) + 1)
writeLeader(KEYS[2], KEYS[3], ARGV[2], ARGV[3], ARGV[4], term, leaseMs)
return {'granted', int(term), int(generation)}
