-- Make the claimed heads of lanes ready now: whoever claimed them is dead.
-- KEYS  ready sets       ARGV  numbers of the workers whose claims they are; none: everybody's
-- The score of a claim is its token, which ends in its worker's number; that of a head which merely waits ends in 000.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local ready_now = string.format('%.0f', now * 1000)
local dead = {}
for _, number in ipairs(ARGV) do dead[tonumber(number)] = true end
for _, ready in ipairs(KEYS) do
  local later = redis.call('ZRANGEBYSCORE', ready, '(' .. ready_now, '+inf', 'WITHSCORES')
  for i = 1, #later, 2 do
    local number = later[i + 1] % 1000
    if number ~= 0 and (#ARGV == 0 or dead[number]) then redis.call('ZADD', ready, ready_now, later[i]) end
  end
end
return redis.status_reply('OK')
