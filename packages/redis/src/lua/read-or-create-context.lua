#!lua flags=allow-oom
-- The shared document; made of the caller's if there is none, also in the recovery window: then it is a document that the
-- store has lost (C1).
--
-- KEYS: 4
-- Include: context-version, context, context-hint
-- Input:  KEYS[1] store key, KEYS[2] context, KEYS[3] log, KEYS[4] requests
--         ARGV[1] generation, ARGV[2] channel, ARGV[3] document, ARGV[4] entry, a JSON object
-- Output: {version, document}

local document = redis.call('HGET', KEYS[2], 'document')
if document then
  return {int(contextVersion(KEYS[2])), document}
end
local keep = {versionsMax = 1e9, ageMaxMs = 1e15, charactersMax = 1e15}
local version = appendVersion(ARGV[3], ARGV[4], '', '', keep)
hint(ARGV[2])
return {int(version), ARGV[3]}
