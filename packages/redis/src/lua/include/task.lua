-- Tasks (P1): lines in which they wait, the lease of whoever runs one, and their ends. packages/core/src/task is the same in
-- the pure model; the conformance suite holds the one against the other.
--
-- Input:  KEYS[2] leases, KEYS[3] ended, KEYS[4] dead letters, KEYS[5] counters
--         ARGV[2] channel, ARGV[3] what the keys of single tasks and lines begin with
-- Offers: taskOf, enqueue, offerTask, endTask, giveBack, lost, isHeldBy, putDown,
--         nextToken, count, reclaim(), finish(reply)

local reclaimMax = 100
local forgetMax = 20
local rememberedMs = 3600000
local rememberedMax = 20000
local deadMax = 10000

local prefix = ARGV[3]
local hints = {}
local hinted = false

local function taskOf(id)
  local key = prefix .. 'task:' .. id
  local fields = redis.call('HMGET', key, 'state', 'tries', 'token', 'queue', 'leaseMs', 'triesMax', 'digest',
    'handoff', 'handoffToken')
  if not fields[1] then
    return nil
  end
  return {
    id = id,
    key = key,
    state = fields[1],
    tries = tonumber(fields[2]),
    token = fields[3],
    queue = fields[4],
    leaseMs = tonumber(fields[5]),
    triesMax = tonumber(fields[6]),
    digest = fields[7],
    handoff = fields[8],
    handoffToken = fields[9],
  }
end

local function count(name, by)
  redis.call('HINCRBY', KEYS[5], name, by or 1)
end

-- What waiting claimants are told of, and who waits for an end.
local function hint(kind, name)
  hints[kind] = hints[kind] or {}
  table.insert(hints[kind], name)
  hinted = true
end

local function finish(reply)
  if hinted then
    redis.call('PUBLISH', ARGV[2], cjson.encode(hints))
  end
  return reply
end

local function enqueue(task, readyMs)
  redis.call('HSET', task.key, 'state', 'waiting')
  redis.call('ZADD', prefix .. 'task-queue:' .. task.queue, int(readyMs), task.id)
  hint('offered', task.queue)
end

local function endTask(task, state)
  redis.call('HSET', task.key, 'state', state, 'endedAtMs', int(nowMs))
  redis.call('ZADD', KEYS[3], int(nowMs), task.id)
  count('open', -1)
  count(state)
  hint('ended', task.id)
end

-- Transferred to somebody who has not confirmed it.
local function isUnconfirmed(task)
  return task.handoff == 'transferred' and task.handoffToken == task.token
end

-- Another try, or a dead letter; what was handed over and not taken up is tried whatever its tries are.
local function giveBack(task, cause, again, readyMs)
  redis.call('ZREM', KEYS[2], task.id)
  redis.call('HSET', task.key, 'cause', cause)
  if again and (task.tries < task.triesMax or isUnconfirmed(task)) then
    count('retried')
    enqueue(task, readyMs)
    return 'waiting'
  end
  endTask(task, 'failed')
  redis.call('ZADD', KEYS[4], int(nowMs), task.id)
  for _, oldest in ipairs(redis.call('ZRANGE', KEYS[4], 0, -deadMax - 1)) do
    redis.call('ZREM', KEYS[4], oldest)
    if not redis.call('ZSCORE', KEYS[3], oldest) then
      redis.call('DEL', prefix .. 'task:' .. oldest)
    end
  end
  return 'failed'
end

-- Offers under an id once: 'offered', 'repeated', 'reused' or 'full'.
local function offerTask(id, queue, leaseMs, triesMax, openMax, definition)
  local key, digest = prefix .. 'task:' .. id, redis.sha1hex(definition)
  local known = redis.call('HGET', key, 'digest')
  if known then
    return known == digest and 'repeated' or 'reused'
  end
  if (tonumber(redis.call('HGET', KEYS[5], 'open')) or 0) >= tonumber(openMax) then
    return 'full'
  end
  redis.call('HSET', key, 'definition', definition, 'digest', digest, 'queue', queue, 'leaseMs', leaseMs, 'triesMax', triesMax,
    'tries', '0', 'token', '0')
  count('open')
  count('offered')
  enqueue({id = id, key = key, queue = queue}, nowMs)
  return 'offered'
end

local function nextToken()
  local token = int(math.max(tonumber(redis.call('HGET', KEYS[5], 'token')) or 0, numberFloor) + 1)
  redis.call('HSET', KEYS[5], 'token', token)
  return token
end

local function isHeldBy(task, token)
  return task and task.state == 'running' and task.token == token
end

-- What the tries have consumed so far (JSON of totals), as the holder says.
local function putDown(task, consumed)
  if consumed ~= '' then
    redis.call('HSET', task.key, 'consumed', consumed)
  end
end

local function lost(task)
  return {'lost', task and task.state or 'unknown'}
end

-- Ended tasks are forgotten, a few per command; of dead letters the newest stay.
local function forget()
  local over = redis.call('ZCARD', KEYS[3]) - rememberedMax
  local oldest = redis.call('ZRANGE', KEYS[3], 0, forgetMax - 1, 'WITHSCORES')
  for at = 1, #oldest, 2 do
    if over <= 0 and tonumber(oldest[at + 1]) > nowMs - rememberedMs then
      return
    end
    over = over - 1
    redis.call('ZREM', KEYS[3], oldest[at])
    if not redis.call('ZSCORE', KEYS[4], oldest[at]) then
      redis.call('DEL', prefix .. 'task:' .. oldest[at])
    end
  end
end

-- Leases that are over give their tasks back, a bounded number per command.
local function reclaim()
  forget()
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', int(nowMs), 'LIMIT', 0, reclaimMax)) do
    local task = taskOf(id)
    if task and task.state == 'running' then
      count('vanished')
      giveBack(task, 'its holder vanished', true, nowMs)
    else
      redis.call('ZREM', KEYS[2], id)
    end
  end
end
