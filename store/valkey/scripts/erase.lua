-- Erase a person.  The consent ledger stays: it holds hashes only, and proves what was agreed to.
-- KEYS  1 due:chat, 2 due:mail, 3 quarantine, 4 attempting lines, 5 unknown lines, 6 send ledger, 7 record, 8 history,
--       then for each lane its list, its attempts and its ready set, then the index of readers of each topic
-- ARGV  1 subscriber, 2 number of lanes
local name = ARGV[1]
redis.call('ZREM', KEYS[1], name)
redis.call('ZREM', KEYS[2], name)
redis.call('HDEL', KEYS[3], name)
for _, send in ipairs(redis.call('HKEYS', KEYS[6])) do
  redis.call('SREM', KEYS[4], name .. ' ' .. send)
  redis.call('SREM', KEYS[5], name .. ' ' .. send)
end
redis.call('DEL', KEYS[6], KEYS[7], KEYS[8])
local topics = 9 + 3 * ARGV[2]
for key = 9, topics - 1, 3 do
  redis.call('DEL', KEYS[key], KEYS[key + 1])
  redis.call('ZREM', KEYS[key + 2], name)
end
-- In the same step as the record: whoever reads it before may still write its places, and nobody after.
for key = topics, #KEYS do
  redis.call('ZREM', KEYS[key], name)
end
return 1
