-- Write one decision, whole or not at all.  Everything is checked before the first write: Lua does not roll back.
--
-- KEYS  1 record, 2 due:chat, 3 due:mail, 4 tokens, 5 send ledger, 6 consent ledger, 7 log, 8 wordings, 9 counters,
--       10..16 seen sets (today's first), 17 stuck, 18 epoch, then a list and a ready set for each lane posted to,
--       then the book of each note
-- ARGV  1 version prefix it was decided on ('' for no record), 2 new record with its prefix, 3 subscriber,
--       4 server day the client believes in, 5 due chat ('' for none), 6 due mail, 7 lease of claims (0: claim none),
--       8..13 how many event ids, ledger lines, log lines, wordings, counters, postings; 14 log lines kept,
--       15 life of a seen set in seconds, 16 '1' to forget that deciding raised, 17 epoch it was decided in (0: not checked),
--       18 how many notes; then these in that order: wordings and counters as pairs, postings as triples (lane number,
--       item, send id or ''), and if there are notes, lines kept of a book before them
-- Returns {0} conflict, {1, server ms, lane, token, item, ...} committed, {2, ids...} seen, {3, day} the day is another,
--         {4} another edition is live.

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local day = math.floor(time[1] / 86400)
if day ~= tonumber(ARGV[4]) then return {3, day} end
if ARGV[17] ~= '0' and redis.call('GET', KEYS[18]) ~= ARGV[17] then return {4} end
if redis.call('GETRANGE', KEYS[1], 0, 7) ~= ARGV[1] then return {0} end

local at = 19
local events = tonumber(ARGV[8])
if events > 0 then
  local seen = {2}
  for key = 10, 16 do
    local hits = redis.call('SMISMEMBER', KEYS[key], unpack(ARGV, at, at + events - 1))
    for i = 1, events do
      if hits[i] == 1 then seen[#seen + 1] = ARGV[at + i - 1] end
    end
  end
  if #seen > 1 then return seen end
  redis.call('SADD', KEYS[10], unpack(ARGV, at, at + events - 1))
  redis.call('EXPIRE', KEYS[10], ARGV[15])
  at = at + events
end

redis.call('SET', KEYS[1], ARGV[2])
if ARGV[16] == '1' then redis.call('HDEL', KEYS[17], ARGV[3]) end
for kind = 2, 3 do
  local due = ARGV[kind + 3]
  if due == '' then redis.call('ZREM', KEYS[kind], ARGV[3]) else redis.call('ZADD', KEYS[kind], due, ARGV[3]) end
end

for _ = 1, ARGV[9] do
  redis.call('RPUSH', KEYS[6], ARGV[at])
  at = at + 1
end
local lines = tonumber(ARGV[10])
if lines > 0 then
  for _ = 1, lines do
    redis.call('RPUSH', KEYS[7], ARGV[at])
    at = at + 1
  end
  redis.call('LTRIM', KEYS[7], -tonumber(ARGV[14]), -1)
end
for _ = 1, ARGV[11] do
  redis.call('HSETNX', KEYS[8], ARGV[at], ARGV[at + 1])
  at = at + 2
end
for _ = 1, ARGV[12] do
  redis.call('HINCRBY', KEYS[9], ARGV[at], ARGV[at + 1])
  at = at + 2
end

local answer = {1, now}
local lease = tonumber(ARGV[7])
for _ = 1, ARGV[13] do
  local lane, item, send = tonumber(ARGV[at]), ARGV[at + 1], ARGV[at + 2]
  at = at + 3
  if send == '' or redis.call('HSETNX', KEYS[5], send, 'queued ' .. string.format('%.0f', now) .. ' ') == 1 then
    local list, ready = KEYS[17 + 2 * lane], KEYS[18 + 2 * lane]
    if redis.call('RPUSH', list, item) == 1 then
      local score = now * 1000
      if lease > 0 then
        score = (now + lease) * 1000 + redis.call('INCR', KEYS[4]) % 1000
        answer[#answer + 1] = lane
        answer[#answer + 1] = string.format('%.0f', score)
        answer[#answer + 1] = item
      end
      redis.call('ZADD', ready, string.format('%.0f', score), ARGV[3])
    end
  end
end
for note = 1, ARGV[18] do
  local book = KEYS[#KEYS - ARGV[18] + note]
  redis.call('RPUSH', book, ARGV[at + note])
  redis.call('LTRIM', book, -tonumber(ARGV[at]), -1)
end
return answer
