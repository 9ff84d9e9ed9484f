-- The bus (P1): each group has a queue, which is a stream with one consumer group, so its length is what is not acknowledged.
-- What was handed out is in the stream's list of pending entries: by whom, `<generation> <consumer>` or '-' while it waits for
-- another attempt, and how often. When it is due, its lease's end or its next attempt, is in a sorted set beside it.
-- packages/core/src/bus is the same in the pure model; the conformance suite holds the one against the other.
--
-- Input:  ARGV[2] prefix
-- Offers: prefix, groupOf, entryOf, pendingOf, isHeldBy, tokenOf, leave, bury, enqueue, count, messageReply, queueKey, dueKey,
--         causesKey, deadKey, recordKey

local prefix = ARGV[2]
local deadMax = 10000
local streamGroup = 'consumers'

local function queueKey(group) return prefix .. 'bus-queue:' .. group end
local function dueKey(group) return prefix .. 'bus-due:' .. group end
local function causesKey(group) return prefix .. 'bus-causes:' .. group end
local function deadKey(group) return prefix .. 'bus-dead:' .. group end
local function recordKey(group) return prefix .. 'bus-record:' .. group end

local function count(name, by)
  redis.call('HINCRBY', prefix .. 'bus-counters', name, by or 1)
end

local function groupOf(name)
  local fields = redis.call('HMGET', prefix .. 'bus-group:' .. name, 'leaseMs', 'triesMax', 'lagMax', 'pattern')
  if not fields[1] then
    return nil
  end
  return {
    name = name,
    leaseMs = tonumber(fields[1]),
    triesMax = tonumber(fields[2]),
    lagMax = tonumber(fields[3]),
    pattern = fields[4],
  }
end

-- A message as its entry has it: id, topic, quality of service, expiresMs, body, trace (none where an older release wrote it),
-- when it was published and when it expires.
local function messageFrom(fields)
  local message = {}
  for at = 1, #fields, 2 do
    message[fields[at]] = fields[at + 1]
  end
  return message
end

local function entryOf(group, entry)
  local found = redis.call('XRANGE', queueKey(group.name), entry, entry)[1]
  return found and messageFrom(found[2])
end

local function isExpired(message)
  return message.expiresAtMs ~= '' and tonumber(message.expiresAtMs) <= nowMs
end

local function pendingOf(group, entry)
  local found = redis.call('XPENDING', queueKey(group.name), streamGroup, entry, entry, 1)[1]
  return found and {consumer = found[2], attempts = tonumber(found[4])}
end

-- The token says the generation as well: an older one's is never a later one's, though the count may have been lost.
local function tokenOf(attempts)
  return int(numberFloor + attempts)
end

local function isHeldBy(group, entry, consumer, token)
  local held = group and pendingOf(group, entry)
  local given = math.floor(tonumber(token) / 1e9)
  return held and held.consumer == int(given + 1) .. ' ' .. consumer and held.attempts == tonumber(token) - given * 1e9
    and held
end

-- Takes an entry out of the queue.
local function leave(group, entry)
  redis.call('XACK', queueKey(group.name), streamGroup, entry)
  redis.call('XDEL', queueKey(group.name), entry)
  redis.call('ZREM', dueKey(group.name), entry)
  redis.call('HDEL', causesKey(group.name), entry)
end

local function bury(group, entry, message, attempts, cause)
  local key = deadKey(group.name)
  leave(group, entry)
  redis.call('XADD', key, '*', 'id', message.id, 'topic', message.topic, 'qos', message.qos, 'expiresMs', message.expiresMs,
    'body', message.body, 'trace', message.trace or '', 'atMs', message.atMs, 'cause', cause, 'attempts', int(attempts))
  count('dead')
  local over = redis.call('XLEN', key) - deadMax
  if over > 0 then
    count('forgotten', redis.call('XTRIM', key, 'MAXLEN', deadMax))
  end
end

local function enqueue(group, message)
  redis.call('XADD', queueKey(group), '*', 'id', message.id, 'topic', message.topic, 'qos', message.qos,
    'expiresMs', message.expiresMs, 'body', message.body, 'trace', message.trace or '', 'atMs', int(nowMs),
    'expiresAtMs', message.expiresAtMs)
end

-- entry, token, attempt, id, topic, quality of service, expiresMs, body, atMs, trace or ''
local function messageReply(entry, message, attempts)
  return {entry, tokenOf(attempts), int(attempts), message.id, message.topic, message.qos, message.expiresMs, message.body,
    message.atMs, message.trace or ''}
end
