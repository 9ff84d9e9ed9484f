-- Bounds of the ledger, for the commands that let it grow. Whatever is over its count or its age goes, oldest first and a
-- few per command.
--
-- Offers: trim(key, countMax, isOld, drop)

local trimMax = 20

-- Drops members of the sorted set `key` beyond `countMax`, or for which `isOld` holds.
local function trim(key, countMax, isOld, drop)
  for _ = 1, trimMax do
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
