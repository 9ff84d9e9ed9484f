#!lua flags=allow-oom
-- Prolongs a leadership by equality with its record; never creates one (L3). In the recovery window a record of an
-- earlier generation is carried over into the present one, even where the new server's clock is ahead: nobody else can
-- have been granted anything since, and a holder that renews has not stopped (S1, L4).
--
-- KEYS: 2
-- Include: leader
-- Input:  KEYS[1] store key, KEYS[2] leader record
--         ARGV[1] generation, ARGV[2] agentId, ARGV[3] incarnation, ARGV[4] term, ARGV[5] generation of the leadership,
--         ARGV[6] lease in ms
-- Output: {'renewed', generation} or {'refused', live leader or {}}

local leader = readLeader(KEYS[2])
local equal = leader ~= nil
  and leader.agentId == ARGV[2]
  and leader.incarnation == tonumber(ARGV[3])
  and leader.term == tonumber(ARGV[4])
  and leader.generation == tonumber(ARGV[5])
local carriedOver = recovering and equal and leader.generation < generation
if not carriedOver and not (equal and isLive(leader)) then
  return {'refused', leaderReply(leader)}
end
redis.call('HSET', KEYS[2], 'generation', int(generation), 'leaseUntilMs', int(nowMs + tonumber(ARGV[6])), 'leaseMs', ARGV[6],
  'renewals', int(leader.renewals + 1))
return {'renewed', int(generation)}
