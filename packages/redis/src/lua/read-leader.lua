#!lua flags=no-writes
-- The live leader.
--
-- KEYS: 2
-- Include: leader
-- Input:  KEYS[1] store key, KEYS[2] leader record; ARGV[1] generation
-- Output: {agentId, incarnation, term, generation, leaseUntilMs, remainingMs} or {}

return leaderReply(readLeader(KEYS[2]))
