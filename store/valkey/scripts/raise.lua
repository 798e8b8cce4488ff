-- Bring a partition of a cluster to the edition that is live; numbers only rise, so a late call changes nothing.
-- KEYS  1 live edition of the partition       ARGV  1 number
if tonumber(redis.call('GET', KEYS[1]) or 0) < tonumber(ARGV[1]) then redis.call('SET', KEYS[1], ARGV[1]) end
return 1
