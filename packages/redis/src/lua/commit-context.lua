#!lua
-- Writes the next version of the shared document if the caller's base is the present one (C2); with a request id, once. In the
-- recovery window nothing new is written (S1).
--
-- KEYS: 4
-- Include: context-version, context, context-hint
-- Input:  KEYS[1] store key, KEYS[2] context, KEYS[3] log, KEYS[4] requests
--         ARGV[1] generation, ARGV[2] channel, ARGV[3] base version, ARGV[4] document, ARGV[5] entry, a JSON object,
--         ARGV[6] request id or '', ARGV[7] the patch's text or '', ARGV[8] most versions, ARGV[9] greatest age in ms,
--         ARGV[10] most characters
-- Output: {version, ms until a hint of it may be sent, or '0'}; errors `ENTRAIN conflict <present version>`, `ENTRAIN already-exists <request id>`,
--         `ENTRAIN recovering <ms left>`

if ARGV[6] ~= '' then
  local made = madeBy(ARGV[6], ARGV[7])
  if made then
    return {int(made), '0'}
  end
  if made == false then
    return fail('already-exists', ARGV[6])
  end
end
if recovering then
  return fail('recovering', int(windowLeftMs))
end
local present = contextVersion(KEYS[2])
if tonumber(ARGV[3]) ~= present then
  return fail('conflict', int(present))
end
local keep = {versionsMax = tonumber(ARGV[8]), ageMaxMs = tonumber(ARGV[9]), charactersMax = tonumber(ARGV[10])}
local version = appendVersion(ARGV[4], ARGV[5], ARGV[6], ARGV[7], keep)
return {int(version), int(hint(ARGV[2]))}
