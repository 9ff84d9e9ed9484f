#!lua
-- Gives a holder its first share of a rate, which may make the store grow.
--
-- KEYS: 2
-- Include: rate
-- Input:  KEYS[1] store key, KEYS[2] the rate's shares
--         ARGV[1] generation, ARGV[2] holder, ARGV[3] sequence, ARGV[4] what it has, ARGV[5] what it wants, ARGV[6] limit,
--         ARGV[7] lease in ms, ARGV[8] most holders
-- Output: {granted, 1 if settled, Redis's clock in ms, 1 while nothing new is granted, lowest limit that a holder knows};
--         errors `ENTRAIN conflict`, `ENTRAIN resource-exhausted`

return refreshShare(KEYS[2], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6]),
  tonumber(ARGV[7]), tonumber(ARGV[8]))
