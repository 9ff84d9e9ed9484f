-- Handoffs of tasks (P3). packages/core/src/task/handoff-book.ts is the same in the pure model. A task's hash holds its latest
-- one: handoff (its state), handoffNumber, handoffFrom, handoffTo, handoffReason, handoffUntilMs, handoffCause, handoffGiven (the
-- offering holder's token), handoffToken (that of whoever owns the task while the handoff holds); carry, carryFrom, carryReason
-- and carryTrace are what the last transfer brought.
--
-- Include after: task
-- Offers: handoffOf, isStanding, listFor, heldReply, offersTo

-- The line in which an agent finds what is handed to it.
local function listFor(capability, agent)
  return prefix .. 'task-handoffs:' .. capability .. '@' .. agent
end

local function handoffOf(task)
  local fields = redis.call('HMGET', task.key, 'handoffNumber', 'handoffFrom', 'handoffTo', 'handoffReason',
    'handoffUntilMs', 'handoffGiven')
  if not fields[1] then
    return nil
  end
  return {
    number = fields[1],
    from = fields[2],
    to = fields[3],
    reason = fields[4],
    untilMs = tonumber(fields[5]),
    given = fields[6],
    state = task.handoff,
    token = task.handoffToken,
  }
end

-- The task is still in the hands in which its handoff left it.
local function isStanding(task, handoff)
  return task.state == 'running' and handoff.token == task.token
end

local function heldReply(task)
  local fields = redis.call('HMGET', task.key, 'definition', 'carryFrom', 'carryReason', 'carry', 'consumed', 'carryTrace')
  return {task.id, task.token, int(task.tries), int(task.leaseMs), fields[1], fields[2] or '', fields[3] or '', fields[4] or '',
    fields[5] or '', fields[6] or ''}
end

-- What an agent has to answer or to confirm, added to a reply; what is over is dropped from its line.
local function offersTo(capability, agent, reply)
  local line = listFor(capability, agent)
  for _, id in ipairs(redis.call('SMEMBERS', line)) do
    local task = taskOf(id)
    local handoff = task and handoffOf(task)
    local standing = handoff and handoff.to == agent and isStanding(task, handoff)
    local untilMs = standing and handoff.untilMs or 0
    if standing and handoff.state == 'transferred' then
      untilMs = tonumber(redis.call('ZSCORE', KEYS[2], id)) or 0
    end
    if untilMs > nowMs and (handoff.state == 'offered' or handoff.state == 'transferred') then
      reply[#reply + 1] = {id, handoff.number, handoff.from, handoff.reason, handoff.state, int(untilMs - nowMs), capability}
    elseif untilMs <= nowMs then
      redis.call('SREM', line, id)
    end
  end
end
