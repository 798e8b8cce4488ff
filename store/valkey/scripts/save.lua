-- Save a value if it still has the version it was read with (an 8-byte prefix; '' for no value yet).
-- KEYS  1 value       ARGV  1 version prefix, 2 new value with its prefix
if redis.call('GETRANGE', KEYS[1], 0, 7) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
return 1
