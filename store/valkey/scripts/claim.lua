-- Claim one subscriber's head, if it is ready.
-- KEYS  1 list, 2 ready set, 3 attempts, 4 tokens       ARGV  1 subscriber, 2 lease ms, 3 number of the worker (0: none)
-- Returns {server ms, token, item, attempt}, or false.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local score = redis.call('ZSCORE', KEYS[2], ARGV[1])
if not score or tonumber(score) >= (now + 1) * 1000 then return false end
local item = redis.call('LINDEX', KEYS[1], 0)
if not item then -- somebody removed the list
  redis.call('ZREM', KEYS[2], ARGV[1])
  return false
end
local number = ARGV[3] ~= '0' and tonumber(ARGV[3]) or redis.call('INCR', KEYS[4]) % 999 + 1
local token = string.format('%.0f', (now + ARGV[2]) * 1000 + number)
redis.call('ZADD', KEYS[2], token, ARGV[1])
return {now, token, item, redis.call('GET', KEYS[3]) or ''}
