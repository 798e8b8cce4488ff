-- Make the claimed heads of lanes ready now: whoever claimed them is dead.
-- KEYS  ready sets       ARGV  none
-- The score of a claim is its token, which ends in a number; that of a head which merely waits ends in 000.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local ready_now = string.format('%.0f', now * 1000)
for _, ready in ipairs(KEYS) do
  local later = redis.call('ZRANGEBYSCORE', ready, '(' .. ready_now, '+inf', 'WITHSCORES')
  for i = 1, #later, 2 do
    if later[i + 1] % 1000 ~= 0 then redis.call('ZADD', ready, ready_now, later[i]) end
  end
end
return redis.status_reply('OK')
