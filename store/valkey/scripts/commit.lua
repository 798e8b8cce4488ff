-- Write one decision, whole or not at all.  Everything is checked before the first write: Lua does not roll back.
--
-- Every part brings its keys and its arguments, in this order; a part of which there is nothing brings neither.
--
-- part       KEYS                                            ARGV
-- record     record, epoch, due:chat, due:mail               version prefix it was decided on ('' for no record), new
--                                                            record with its prefix, subscriber, numbers (see below)
-- events     seen sets (today's first)                       short ids
-- ledger     consent ledger                                  lines
-- log        log                                             lines
-- wordings   wordings                                        pairs of hash and text
-- counters   counters                                        pairs of name and number
-- unsticking stuck                                           none
-- postings   tokens, send ledger, then a list and a ready    triples of lane number, item, and send id or ''
--            set for each lane posted to
-- notes      the book of each note                           lines
--
-- The numbers: server day the client believes in, epoch it was decided in (0: not checked), due chat (-1: none), due
-- mail, lease of claims in ms (0: claim none), 1 to forget that deciding raised; how many events, ledger lines, log
-- lines, wordings, counters, lanes, postings, notes; how many seen sets, their life in seconds, lines kept of a log, of
-- a book.
--
-- Returns {0} conflict, {1, server ms, number of a posting that is claimed, token, ...} committed, {2, ids...} seen,
--         {3, day} the day is another, {4} another edition is live.

local call = redis.call
local name = ARGV[3]
local believed, epoch, due_chat, due_mail, lease, unstick,
  events, entries, lines, wordings, counters, lanes, postings, notes,
  days, life, log_kept, book_kept = struct.unpack('>I4I4i8i8I4I4I4I4I4I4I4I4I4I4I4I4I4I4', ARGV[4])

local time = call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local day = math.floor(time[1] / 86400)
if day ~= believed then return {3, day} end
if epoch > 0 and tonumber(call('GET', KEYS[2]) or 0) ~= epoch then return {4} end
if call('GETRANGE', KEYS[1], 0, 7) ~= ARGV[1] then return {0} end

local key, at = 4, 4
if events > 0 then
  local seen = {2}
  for ago = 1, days do
    if events == 1 then -- as nearly always; asked alone it costs less
      if call('SISMEMBER', KEYS[key + ago], ARGV[at + 1]) == 1 then return {2, ARGV[at + 1]} end
    else
      local hits = call('SMISMEMBER', KEYS[key + ago], unpack(ARGV, at + 1, at + events))
      for i = 1, events do
        if hits[i] == 1 then seen[#seen + 1] = ARGV[at + i] end
      end
    end
  end
  if #seen > 1 then return seen end
  local today = KEYS[key + 1]
  local new = call('SADD', today, unpack(ARGV, at + 1, at + events))
  if call('SCARD', today) == new then call('EXPIRE', today, life) end
  key, at = key + days, at + events
end

call('SET', KEYS[1], ARGV[2])
if due_chat < 0 then call('ZREM', KEYS[3], name) else call('ZADD', KEYS[3], due_chat, name) end
if due_mail < 0 then call('ZREM', KEYS[4], name) else call('ZADD', KEYS[4], due_mail, name) end

if entries > 0 then
  key = key + 1
  for _ = 1, entries do
    at = at + 1
    call('RPUSH', KEYS[key], ARGV[at])
  end
end
if lines > 0 then
  key = key + 1
  local length = call('RPUSH', KEYS[key], unpack(ARGV, at + 1, at + lines))
  if length > log_kept then call('LTRIM', KEYS[key], -log_kept, -1) end
  at = at + lines
end
if wordings > 0 then
  key = key + 1
  for _ = 1, wordings do
    call('HSETNX', KEYS[key], ARGV[at + 1], ARGV[at + 2])
    at = at + 2
  end
end
if counters > 0 then
  key = key + 1
  for _ = 1, counters do
    call('HINCRBY', KEYS[key], ARGV[at + 1], ARGV[at + 2])
    at = at + 2
  end
end
if unstick > 0 then
  key = key + 1
  call('HDEL', KEYS[key], name)
end

local answer = {1, now}
if postings > 0 then
  local tokens, sends, base = KEYS[key + 1], KEYS[key + 2], key + 1
  for number = 1, postings do
    local lane, item, send = tonumber(ARGV[at + 1]), ARGV[at + 2], ARGV[at + 3]
    at = at + 3
    if send == '' or call('HSETNX', sends, send, 'queued ' .. string.format('%.0f', now) .. ' ') == 1 then
      if call('RPUSH', KEYS[base + 2 * lane], item) == 1 then
        local score = now * 1000
        if lease > 0 then
          score = (now + lease) * 1000 + call('INCR', tokens) % 1000
          answer[#answer + 1] = number
          answer[#answer + 1] = string.format('%.0f', score)
        end
        call('ZADD', KEYS[base + 2 * lane + 1], string.format('%.0f', score), name)
      end
    end
  end
  key = base + 1 + 2 * lanes
end
for note = 1, notes do
  local length = call('RPUSH', KEYS[key + note], ARGV[at + note])
  if length > book_kept then call('LTRIM', KEYS[key + note], -book_kept, -1) end
end
return answer
