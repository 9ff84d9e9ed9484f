-- Shares of a rate: see core/rate/rate-table.ts, whose arithmetic this repeats. A field of the hash is a holder:
-- `<reserved> <wants> <limit> <until> <sequence>`, rates in thousandths of a request per second.
--
-- Needs:  nowMs, store, int, fail of the preamble
-- Offers: refreshShare(key, holderId, sequence, has, wants, limit, leaseMs, holdersMax)

-- The live shares; those that are over are removed. A lease that seems longer than a whole one was written before the
-- clock went back: it is over after one more.
local function liveShares(key, leaseMs)
  local flat = redis.call('HGETALL', key)
  local shares, count = {}, 0
  for index = 1, #flat, 2 do
    local reserved, wants, limit, untilMs, sequence = string.match(flat[index + 1], '^(%d+) (%d+) (%d+) (%d+) (%d+)$')
    if tonumber(untilMs) > nowMs + leaseMs then
      untilMs = int(nowMs + leaseMs)
      redis.call('HSET', key, flat[index], table.concat({reserved, wants, limit, untilMs, sequence}, ' '))
    end
    if tonumber(untilMs) > nowMs then
      shares[flat[index]] = {reserved = tonumber(reserved), wants = tonumber(wants), limit = tonumber(limit),
        sequence = tonumber(sequence)}
      count = count + 1
    else
      redis.call('HDEL', key, flat[index])
    end
  end
  return shares, count
end

local function fairShare(wants, all, limit)
  table.sort(all)
  local left = limit
  for index, wanted in ipairs(all) do
    local level = math.floor(left / (#all - index + 1))
    if wanted > level then
      return math.min(wants, level)
    end
    left = left - wanted
  end
  return wants
end

local function refreshShare(key, holderId, sequence, has, wants, limit, leaseMs, holdersMax)
  local shares, count = liveShares(key, leaseMs)
  local known = shares[holderId]
  if known and sequence <= known.sequence then
    return fail('conflict', int(known.sequence))
  end
  if not known and count >= holdersMax then
    return fail('resource-exhausted', 'a rate has at most ' .. int(holdersMax) .. ' holders')
  end
  local lowest, reserved, all = limit, 0, {wants}
  for id, share in pairs(shares) do
    if id ~= holderId then
      lowest = math.min(lowest, share.limit)
      reserved = reserved + share.reserved
      all[#all + 1] = share.wants
    end
  end
  local room = math.max(0, lowest - reserved)
  local target = fairShare(wants, all, lowest)
  -- A rate's lease may be longer than the store's window, so the time since the generation was raised counts.
  local sinceMs = nowMs - ((tonumber(store[3]) or 0) - (tonumber(store[4]) or 0))
  local held = sinceMs >= 0 and sinceMs < leaseMs
  local kept = held and has or math.min(has, known and known.reserved or 0)
  local granted = held and math.min(kept, lowest) or math.min(target, room)
  redis.call('HSET', key, holderId,
    table.concat({int(math.max(kept, granted)), int(wants), int(limit), int(nowMs + leaseMs), int(sequence)}, ' '))
  redis.call('PEXPIRE', key, int(leaseMs))
  local settled = not held and granted >= target and kept <= granted
  return {int(granted), settled and 1 or 0, int(nowMs), held and 1 or 0, int(lowest)}
end
