#!lua
-- Writes how an agent's own run of a period ended.
--
-- KEYS: 2
-- Input:  KEYS[1] store key, KEYS[2] history of the job
--         ARGV[1] generation, ARGV[2] most lines of history, ARGV[3] outcome, ARGV[4] fire time, ARGV[5] agentId, ARGV[6] period,
--         ARGV[7] ms late, ARGV[8] ms taken, ARGV[9] message
-- Output: 1

redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[2], '*', 'outcome', ARGV[3], 'fireAtMs', ARGV[4], 'agentId', ARGV[5],
  'token', ARGV[6], 'attempt', '1', 'lateMs', ARGV[7], 'tookMs', ARGV[8], 'message', ARGV[9])
return 1
