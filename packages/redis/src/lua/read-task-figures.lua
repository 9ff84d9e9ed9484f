#!lua flags=no-writes
-- Reads what is offered, the dead letters and the counts.
--
-- KEYS: 5
-- Input:  KEYS[1] store key, KEYS[2] dead letters, KEYS[3] counters, KEYS[4] capabilities,
--         KEYS[5] loads
--         ARGV[1] generation, ARGV[2] for how long an offer is known, ms, ARGV[3] most dead letters
-- Output: {{'<capability> <agent>' ...}, {dead letter, newest first ...}, {count, number ...},
--         {'<capability> <agent>', load ...}}

return {
  redis.call('ZRANGEBYSCORE', KEYS[4], '(' .. int(nowMs - tonumber(ARGV[2])), '+inf'),
  redis.call('ZREVRANGE', KEYS[2], 0, tonumber(ARGV[3]) - 1),
  redis.call('HGETALL', KEYS[3]),
  redis.call('HGETALL', KEYS[5]),
}
