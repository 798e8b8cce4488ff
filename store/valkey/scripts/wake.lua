-- Let the heads of a lane that only wait be tried now, as if they had never been put back.
-- KEYS  1 ready set
-- ARGV  1 the beginning of the keys of the lane's attempts; those keys bear the hash tag of the declared one
-- Returns how many there were.
-- A score that ends in 000 is no claim; see free.lua.
local time = redis.call('TIME')
local ready_now = string.format('%.0f', (time[1] * 1000 + math.floor(time[2] / 1000)) * 1000)
local woken = 0
local later = redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. ready_now, '+inf', 'WITHSCORES')
for i = 1, #later, 2 do
  -- A head that failed keeps its distance, and one whose outcome is open its attempt.
  local tries = redis.call('GET', ARGV[1] .. later[i]) or ''
  if later[i + 1] % 1000 == 0 and string.match(tries, '^0 %d+ 0 %d') then
    redis.call('DEL', ARGV[1] .. later[i])
    redis.call('ZADD', KEYS[1], ready_now, later[i])
    woken = woken + 1
  end
end
return woken
