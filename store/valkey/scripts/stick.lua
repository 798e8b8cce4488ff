-- Quarantine a record whose deciding raised: count the failure and put the record off.  Kept as 'failures until error'.
-- KEYS  1 quarantine       ARGV  1 subscriber, 2 delay ms, 3 error
-- Returns {failures, until}.
local time = redis.call('TIME')
local till = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[2])
local failures = tonumber(string.match(redis.call('HGET', KEYS[1], ARGV[1]) or '0', '^%d+')) + 1
redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f', failures) .. ' ' .. till .. ' ' .. ARGV[3])
return {failures, tonumber(till)}
