-- Erase a person.  The consent ledger stays: it holds hashes only, and proves what was agreed to.
-- KEYS  1 due:chat, 2 due:mail, 3 quarantine, 4 attempting lines, 5 unknown lines, 6 send ledger, 7 record, 8 history,
--       then for each lane its list, its attempts and its ready set
-- ARGV  1 subscriber
local name = ARGV[1]
redis.call('ZREM', KEYS[1], name)
redis.call('ZREM', KEYS[2], name)
redis.call('HDEL', KEYS[3], name)
for _, send in ipairs(redis.call('HKEYS', KEYS[6])) do
  redis.call('SREM', KEYS[4], name .. ' ' .. send)
  redis.call('SREM', KEYS[5], name .. ' ' .. send)
end
redis.call('DEL', KEYS[6], KEYS[7], KEYS[8])
for key = 9, #KEYS, 3 do
  redis.call('DEL', KEYS[key], KEYS[key + 1])
  redis.call('ZREM', KEYS[key + 2], name)
end
return 1
