-- Make another edition live in all partitions at once, if the one it was compared with still is.
-- KEYS  1 description, 2.. live edition of each partition       ARGV  1 number, 2 expected ('0' for none), 3 description
-- Returns 1, or 0 if another one is live by now.
if (redis.call('GET', KEYS[2]) or '0') ~= ARGV[2] then return 0 end
redis.call('SET', KEYS[1], ARGV[3])
for key = 2, #KEYS do redis.call('SET', KEYS[key], ARGV[1]) end
return 1
