#!lua flags=no-writes
-- One page of the ledger, newest first: it ends at the limit, or before, once it holds many acts and targets.
--
-- KEYS: 3
-- Input:  KEYS[1] store key, KEYS[2] decisions, KEYS[3] decisions by sequence
--         ARGV[1] generation, ARGV[2] prefix of the acts' keys, ARGV[3] most entries, ARGV[4] only below this sequence, or
--         '+inf', ARGV[5] prefix of the directives' keys
-- Output: {{{decision, {act, ...}, {field of the directive, value, ...}}, ...}, the last entry's sequence or '', 1 if there are older ones}

local actsMax = 2000

local function actsOn(incidentId)
  local acts = {}
  local fields = redis.call('HGETALL', ARGV[2] .. incidentId)
  for at = 1, #fields, 2 do
    if string.sub(fields[at], 1, 1) ~= '#' then
      acts[#acts + 1] = fields[at + 1]
    end
  end
  return acts
end

local before = ARGV[4] == '+inf' and '+inf' or '(' .. ARGV[4]
local found = redis.call('ZREVRANGEBYSCORE', KEYS[3], before, '-inf', 'WITHSCORES', 'LIMIT', 0, ARGV[3])
local entries, last, acts = {}, '', 0
for at = 1, #found, 2 do
  local decision = redis.call('HGET', KEYS[2], found[at])
  last = int(tonumber(found[at + 1]))
  if decision then
    local entry = {decision, actsOn(found[at]), redis.call('HGETALL', ARGV[5] .. found[at])}
    entries[#entries + 1] = entry
    acts = acts + #entry[2] + #entry[3] / 2
  end
  if acts >= actsMax then
    break
  end
end
local older = last ~= '' and redis.call('ZCOUNT', KEYS[3], '-inf', '(' .. last) > 0
return {entries, last, older and 1 or 0}
