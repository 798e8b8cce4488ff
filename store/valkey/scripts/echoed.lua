-- Settle a head whose delivery an echo confirmed, if it is still this item and its attempt is open.
-- KEYS  1 list, 2 ready set, 3 attempts       ARGV  1 subscriber, 2 the item
-- Returns 1 if it was settled.
local begun = string.match(redis.call('GET', KEYS[3]) or '0', '^%d+')
if begun == '0' or redis.call('LINDEX', KEYS[1], 0) ~= ARGV[2] then return 0 end
local more = redis.call('LLEN', KEYS[1]) > 1
redis.call('DEL', KEYS[3])
redis.call('LPOP', KEYS[1])
if more then
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  redis.call('ZADD', KEYS[2], string.format('%.0f', now * 1000), ARGV[1])
else
  redis.call('ZREM', KEYS[2], ARGV[1])
end
return 1
