-- Record what a store was made with, or tell what it was made with.
-- KEYS  1 layout       ARGV  names and values
if redis.call('EXISTS', KEYS[1]) == 0 then redis.call('HSET', KEYS[1], unpack(ARGV)) end
return redis.call('HGETALL', KEYS[1])
