-- Return what a store was made with, or nothing if there is none; a new store is made with what the caller brings.
-- KEYS  1 layout       ARGV  1 if a new store may be made, names and values
-- A store knows since when it is there (µs of server time): two stores that were made alike are told apart by it.
if redis.call('HEXISTS', KEYS[1], 'moving') == 1 then return redis.call('HGETALL', KEYS[1]) end
if redis.call('EXISTS', KEYS[1]) == 0 then
  if ARGV[1] ~= '1' then return {} end
  redis.call('HSET', KEYS[1], unpack(ARGV, 2))
end
if redis.call('HEXISTS', KEYS[1], 'founded') == 0 then
  local time = redis.call('TIME')
  redis.call('HSET', KEYS[1], 'founded', time[1] .. string.format('%06d', time[2]))
end
return redis.call('HGETALL', KEYS[1])
