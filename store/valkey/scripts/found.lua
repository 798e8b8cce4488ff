-- Return what a store was made with; a new store is made with what the caller brings.
-- KEYS  1 layout       ARGV  names and values
if redis.call('EXISTS', KEYS[1]) == 0 then redis.call('HSET', KEYS[1], unpack(ARGV)) end
return redis.call('HGETALL', KEYS[1])
