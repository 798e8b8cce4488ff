-- Give back all partitions of a worker.
-- KEYS  1 workers by end of lease, 2 holder by partition       ARGV  1 worker
redis.call('ZREM', KEYS[1], ARGV[1])
local entries = redis.call('HGETALL', KEYS[2])
for i = 1, #entries, 2 do
  if entries[i + 1] == ARGV[1] then redis.call('HDEL', KEYS[2], entries[i]) end
end
return 1
