#!lua
-- Tells of the versions of the shared document that no hint has told of yet.
--
-- KEYS: 3
-- Include: context-hint
-- Input:  KEYS[1] store key, KEYS[2] context, KEYS[3] log; ARGV[1] generation, ARGV[2] channel
-- Output: ms until it may be asked again for what waits, '0' where nothing waits

return int(hint(ARGV[2]))
