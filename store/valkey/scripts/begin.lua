-- Write down that an attempt begins.  The attempt is kept as 'begun count failures waits'.
-- KEYS  1 ready set, 2 attempts, 3 send ledger, 4 attempting lines, 5 record, if its version is checked
-- ARGV  1 subscriber, 2 token, 3 send id or '', 4 '1' if an attempt whose outcome is unknown may be repeated,
--       5 version prefix the record must have ('' for no record), if there is a fifth key
-- Returns 1; 0 if the claim is not ours or the line does not allow it; 2 if the record has another version.
-- The token is the score that the claim set; another claim, or a lost lease, has set another one.
if redis.call('ZSCORE', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
if KEYS[5] and redis.call('GETRANGE', KEYS[5], 0, 7) ~= ARGV[5] then return 2 end
local time = redis.call('TIME')
local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
local begun, count, rest = string.match(redis.call('GET', KEYS[2]) or '0 0 0', '(%d+) (%d+) (.+)')
if ARGV[3] ~= '' then
  local status = string.match(redis.call('HGET', KEYS[3], ARGV[3]) or '', '^%a*')
  local again = status == 'attempting' and begun ~= '0' and ARGV[4] == '1'
  if status ~= 'queued' and not again then return 0 end
  redis.call('HSET', KEYS[3], ARGV[3], 'attempting ' .. now .. ' ')
  redis.call('SADD', KEYS[4], ARGV[1] .. ' ' .. ARGV[3])
end
if begun == '0' then begun = now end
redis.call('SET', KEYS[2], begun .. ' ' .. string.format('%.0f', count + 1) .. ' ' .. rest)
return 1
