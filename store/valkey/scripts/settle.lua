-- End the head of a list: pop it, forget the attempt, write the mail's line, and claim the next if asked.
-- KEYS  1 list, 2 ready set, 3 attempts, 4 tokens, 5 send ledger, 6 attempting lines, 7 unknown lines
-- ARGV  1 subscriber, 2 token, 3 send id or '', 4 status, 5 note, 6 lease ms (0: do not claim the next),
--       7 number of the worker (0: none), 8 the item that was claimed
-- Returns {} if the claim is not ours, {server ms}, or {server ms, token, item} with the next claim.
if redis.call('ZSCORE', KEYS[2], ARGV[1]) ~= ARGV[2] then return {} end
-- Both heads are read before the pop: a key that is gone cannot be asked for any more while its slot moves to another node.
local heads = redis.call('LRANGE', KEYS[1], 0, 1)
-- The token alone does not do: an echo ended this item, and within the same ms this worker claimed the list anew.
if heads[1] ~= ARGV[8] then return {} end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if ARGV[3] ~= '' then
  redis.call('HSET', KEYS[5], ARGV[3], ARGV[4] .. ' ' .. string.format('%.0f', now) .. ' ' .. ARGV[5])
  local line = ARGV[1] .. ' ' .. ARGV[3]
  redis.call('SREM', KEYS[6], line)
  redis.call(ARGV[4] == 'unknown' and 'SADD' or 'SREM', KEYS[7], line)
end
local item = heads[2]
redis.call('DEL', KEYS[3])
redis.call('LPOP', KEYS[1])
if not item then
  redis.call('ZREM', KEYS[2], ARGV[1])
  return {now}
end
if ARGV[6] == '0' then
  redis.call('ZADD', KEYS[2], string.format('%.0f', now * 1000), ARGV[1])
  return {now}
end
local number = ARGV[7] ~= '0' and tonumber(ARGV[7]) or redis.call('INCR', KEYS[4]) % 999 + 1
local token = string.format('%.0f', (now + ARGV[6]) * 1000 + number)
-- Claimed and settled within one ms by one worker: the next head must not have the token of this one.
if token == ARGV[2] then token = string.format('%.0f', (now + 1 + ARGV[6]) * 1000 + number) end
redis.call('ZADD', KEYS[2], token, ARGV[1])
return {now, token, item}
