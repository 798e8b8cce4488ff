-- Put a head back for a while.
-- KEYS  1 ready set, 2 attempts, 3 send ledger, 4 attempting lines
-- ARGV  1 subscriber, 2 token, 3 send id or '', 4 delay ms,
--       5 'begun count' as they were when the head was claimed, or '' to leave the outcome of this try unknown,
--       6 '1' to count it as a failure of the head, '0' as a wait
-- Returns 1, or 0 if the claim is not ours.
if redis.call('ZSCORE', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local begun, count, failures, waits = string.match(redis.call('GET', KEYS[2]) or '0 0 0', '(%d+) (%d+) (%d+) ?(%d*)')
if ARGV[5] ~= '' then
  -- Only this try is known to have sent nothing: one before it may still have an echo under way.
  begun, count = string.match(ARGV[5], '(%d+) (%d+)')
  if ARGV[3] ~= '' and begun == '0' then
    redis.call('HSET', KEYS[3], ARGV[3], 'queued ' .. string.format('%.0f', now) .. ' ')
    redis.call('SREM', KEYS[4], ARGV[1] .. ' ' .. ARGV[3])
  end
end
local counts = string.format('%.0f %.0f', failures + ARGV[6], (tonumber(waits) or 0) + 1 - ARGV[6])
redis.call('SET', KEYS[2], begun .. ' ' .. count .. ' ' .. counts)
redis.call('ZADD', KEYS[1], string.format('%.0f', (now + ARGV[4]) * 1000), ARGV[1])
return 1
