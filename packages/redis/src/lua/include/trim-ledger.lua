-- Bounds of the ledger, for the commands that let it grow. Whatever is over its count or its age goes, oldest first and a
-- few per command.
--
-- Offers: trim(key, countMax, isOld, drop, added)

local trimMax = 20

-- Drops members of the sorted set `key` beyond `countMax`, or for which `isOld` holds; as many as were `added` to it at least,
-- for a set that grows faster than it is trimmed has no bound.
local function trim(key, countMax, isOld, drop, added)
  for _ = 1, math.max(trimMax, added or 1) do
    local oldest = redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')
    if not oldest[1] then
      return
    end
    if redis.call('ZCARD', key) <= countMax and not isOld(oldest[1], tonumber(oldest[2])) then
      return
    end
    redis.call('ZREM', key, oldest[1])
    drop(oldest[1])
  end
end
