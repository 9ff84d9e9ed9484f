#!lua
-- Replaces the text that a lock guards, if the caller still holds the lock: an effect fenced by equality with the live
-- record (L1, L3). In the recovery window nothing is taken (S1).
--
-- KEYS: 3
-- Include: leader
-- Input:  KEYS[1] store key, KEYS[2] record of the lock, KEYS[3] what it guards
--         ARGV[1] generation, ARGV[2] agentId, ARGV[3] incarnation, ARGV[4] term, ARGV[5] generation of the holding, ARGV[6] text
-- Output: 1; errors `ENTRAIN stale-term <term in force>`, `ENTRAIN recovering <ms left>`

local holder = readLeader(KEYS[2])
if not isFencedBy(holder, ARGV[2], ARGV[3], ARGV[4], ARGV[5]) then
  return fail('stale-term', int(isLive(holder) and holder.term or 0))
end
if recovering then
  return fail('recovering', int(windowLeftMs))
end
redis.call('HSET', KEYS[3], 'text', ARGV[6], 'term', ARGV[4])
return 1
