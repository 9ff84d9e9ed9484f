-- Directives: a decision's action on its way to its targets; packages/core/src/decision/directive.ts is the same in the pure model,
-- and the conformance suite holds the one against the other. One hash per incident: fields that begin with '#' are the
-- directive's own (#missing: ids with a space between), each other one is a target,
-- `<state> <attempts> <changed at, ms> <run or -> <note>`.
--
-- Offers: directives.put(prefix, openKey, decision as text, incidentId), .putAgain(the same, reopenMs),
--         .drop(prefix, openKey, incidentId), .isFull(openKey), .target(key, agentId), .setTarget(key, agentId, target), .isEnded(target), .settle(key, openKey, ledgerKey, channel, incidentId)

local directives = {}
local directivesOpenMax = 1000

function directives.isFull(openKey)
  return redis.call('ZCARD', openKey) >= directivesOpenMax
end

function directives.setTarget(key, agentId, target)
  redis.call('HSET', key, agentId, target.state .. ' ' .. int(target.attempts) .. ' ' .. int(nowMs) .. ' '
    .. target.run .. ' ' .. target.note)
end

function directives.target(key, agentId)
  local text = redis.call('HGET', key, agentId)
  if not text then
    return nil
  end
  local state, attempts, _, run, note = string.match(text, '^(%a+) (%d+) (%d+) (%S+) (.*)$')
  return {state = state, attempts = tonumber(attempts), run = run, note = note}
end

function directives.isEnded(target)
  return target.state == 'done' or target.state == 'late' or target.state == 'refused'
end

-- Opens the directive of a decision; its whole deadline begins now.
function directives.put(prefix, openKey, decision, incidentId)
  local given = cjson.decode(decision)
  local terms, key = given.directive, prefix .. incidentId
  local dueAtMs = nowMs + terms.deadlineMs
  redis.call('UNLINK', key)
  redis.call('HSET', key, '#decisionId', given.decisionId, '#action', given.action, '#scope', terms.scope, '#complianceMin',
    string.format('%.17g', terms.complianceMin), '#openedAtMs', int(nowMs), '#dueAtMs', int(dueAtMs), '#open', int(#terms.targets))
  if terms.missing then
    redis.call('HSET', key, '#missing', table.concat(terms.missing, ' '))
  end
  for _, agentId in ipairs(terms.targets) do
    directives.setTarget(key, agentId, {state = 'waiting', attempts = 0, run = '-', note = ''})
  end
  redis.call('ZADD', openKey, int(dueAtMs), incidentId)
end

-- Opens that of a decision that was lost and is given back, unless its deadline was over for so long that it is an old order,
-- or as many are open as may be.
function directives.putAgain(prefix, openKey, decision, incidentId, reopenMs)
  local given = cjson.decode(decision)
  if nowMs < given.committedAtMs + given.directive.deadlineMs + reopenMs and not directives.isFull(openKey) then
    directives.put(prefix, openKey, decision, incidentId)
  end
end

function directives.drop(prefix, openKey, incidentId)
  redis.call('UNLINK', prefix .. incidentId)
  redis.call('ZREM', openKey, incidentId)
end

-- Judges an open one: enough were done in time, or not. Who was not is escalated.
function directives.settle(key, openKey, ledgerKey, channel, incidentId)
  redis.call('ZREM', openKey, incidentId)
  local fields = redis.call('HGETALL', key)
  local targets, done, own = 0, 0, {}
  for at = 1, #fields, 2 do
    if string.sub(fields[at], 1, 1) == '#' then
      own[fields[at]] = fields[at + 1]
    else
      targets = targets + 1
      done = done + (string.sub(fields[at + 1], 1, 5) == 'done ' and 1 or 0)
    end
  end
  if targets == 0 or own['#outcome'] then
    return
  end
  local outcome = done / targets >= tonumber(own['#complianceMin']) and 'met' or 'missed'
  redis.call('HSET', key, '#outcome', outcome, '#settledAtMs', int(nowMs))
  redis.call('HINCRBY', ledgerKey, outcome == 'met' and 'directivesMet' or 'directivesMissed', 1)
  redis.call('HINCRBY', ledgerKey, 'escalated', int(targets - done))
  redis.call('PUBLISH', channel, incidentId)
end
