#!lua
-- Puts a message into the queue of each group whose pattern matches its topic, or into none. Of QoS 2: once under its id,
-- while that is known. While writes may have been lost nothing is taken in (S1): a group may be among them, and those who
-- subscribe to it make it anew first.
--
-- KEYS: 4
-- Include: bus
-- Input:  KEYS[1] store key, KEYS[2] groups, KEYS[3] known ids by when they are forgotten, KEYS[4] their digests
--         ARGV[1] generation, ARGV[2] prefix, ARGV[3] channel, ARGV[4] id, ARGV[5] topic, ARGV[6] quality of service,
--         ARGV[7] expiry in ms or '', ARGV[8] body (JSON), ARGV[9] how long an id is known, ms, ARGV[10] most known ids,
--         ARGV[11] what the publication is in a trace (JSON) or ''
-- Output: {'published', groups} | {'repeated'} | {'reused'} | {'full', group or ''};
--         error `ENTRAIN recovering <ms left>`

local forgetMax = 20

-- MQTT 5.0, section 4.7, as packages/core/src/bus/topic.ts has it.
local topicLevels = {}
for level in string.gmatch(ARGV[5], '[^/]+') do
  topicLevels[#topicLevels + 1] = level
end
local function matches(pattern)
  local at = 0
  for level in string.gmatch(pattern, '[^/]+') do
    at = at + 1
    if level == '#' then
      return true
    end
    if not topicLevels[at] or (level ~= '+' and level ~= topicLevels[at]) then
      return false
    end
  end
  return at == #topicLevels
end

local isOnce, digest = ARGV[6] == '2', nil
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', int(nowMs), 'LIMIT', 0, forgetMax)) do
  redis.call('ZREM', KEYS[3], id)
  redis.call('HDEL', KEYS[4], id)
end
if isOnce then
  digest = redis.sha1hex(ARGV[5] .. '\n' .. ARGV[7] .. '\n' .. ARGV[8])
  local untilMs = tonumber(redis.call('ZSCORE', KEYS[3], ARGV[4]))
  if untilMs and untilMs > nowMs then
    return {redis.call('HGET', KEYS[4], ARGV[4]) == digest and 'repeated' or 'reused'}
  end
end
if recovering then
  return fail('recovering', int(windowLeftMs))
end
if isOnce and redis.call('ZCARD', KEYS[3]) >= tonumber(ARGV[10]) then
  count('refused')
  return {'full', ''}
end
local reached, full = {}, {}
local groups = redis.call('HGETALL', KEYS[2])
for at = 1, #groups, 2 do
  local lagMax, pattern = string.match(groups[at + 1], '^(%d+) (.*)$')
  if matches(pattern) then
    reached[#reached + 1] = groups[at]
    if redis.call('XLEN', queueKey(groups[at])) >= tonumber(lagMax) then
      full[#full + 1] = groups[at]
    end
  end
end
if full[1] then
  table.sort(full)
  count('refused')
  return {'full', full[1]}
end
if isOnce then
  redis.call('ZADD', KEYS[3], int(nowMs + tonumber(ARGV[9])), ARGV[4])
  redis.call('HSET', KEYS[4], ARGV[4], digest)
end
local expiresAtMs = ARGV[7] ~= '' and int(nowMs + tonumber(ARGV[7])) or ''
for _, group in ipairs(reached) do
  enqueue(group, {id = ARGV[4], topic = ARGV[5], qos = ARGV[6], expiresMs = ARGV[7], body = ARGV[8],
    expiresAtMs = expiresAtMs, trace = ARGV[11]})
end
count('published')
if reached[1] then
  redis.call('PUBLISH', ARGV[3], cjson.encode(reached))
end
return {'published', #reached}
