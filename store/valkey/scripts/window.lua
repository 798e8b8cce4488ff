-- Count a confirmation mail or a confirmation in the last hour, unless too many were asked for.
-- KEYS  1 counts by minute       ARGV  1 minute, 2 "asked" or "confirmed", 3 most asked in all, 4 most that are free of
--       proof, 5 how many more for each confirmation
-- Returns 1 if it was counted, 0 if there were too many.
local asked, confirmed = 0, 0
local entries = redis.call('HGETALL', KEYS[1])
for i = 1, #entries, 2 do
  local minute, kind = string.match(entries[i], '^(%d+) (%a+)$')
  if tonumber(minute) <= ARGV[1] - 60 then
    redis.call('HDEL', KEYS[1], entries[i])
  elseif kind == 'asked' then
    asked = asked + entries[i + 1]
  else
    confirmed = confirmed + entries[i + 1]
  end
end
if ARGV[2] == 'asked' and (asked >= tonumber(ARGV[3]) or asked >= ARGV[4] + ARGV[5] * confirmed) then return 0 end
redis.call('HINCRBY', KEYS[1], ARGV[1] .. ' ' .. ARGV[2], 1)
return 1
