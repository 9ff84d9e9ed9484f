#!lua flags=no-writes
-- The version that a request id has made.
--
-- KEYS: 4
-- Include: context-version, context
-- Input:  KEYS[1] store key, KEYS[2] context, KEYS[3] log, KEYS[4] requests
--         ARGV[1] generation, ARGV[2] request id, ARGV[3] the patch's text
-- Output: version or false; error `ENTRAIN already-exists <request id>`

local made = madeBy(ARGV[2], ARGV[3])
if made == false then
  return fail('already-exists', ARGV[2])
end
return made and int(made) or false
