-- Give back what a holder has of a thing, and forget the holder.
-- KEYS  1 seats by holder; under '' the number taken by all      ARGV  1 holder
local entry = redis.call('HGET', KEYS[1], ARGV[1])
if entry then
  redis.call('HINCRBY', KEYS[1], '', -tonumber(string.match(entry, '^%d+')))
  redis.call('HDEL', KEYS[1], ARGV[1])
end
return 0
