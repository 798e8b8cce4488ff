-- Write one decision, whole or not at all.  All checks come before the first write, because Lua does not roll back.
-- The order of the checks is: day (else the seen sets are the wrong ones), live edition, version, claim, seen events.
--
-- Every part brings its keys and its arguments, in this order; an empty part brings neither.
--
-- part       KEYS                                            ARGV
-- record     record, live edition, due:chat, due:mail        version prefix it was decided on ('' for no record), new
--                                                            record with its prefix, subscriber, numbers (see below)
-- claim      list and ready set of its lane                  token, item that was claimed
-- events     seen sets (today's first)                       short ids
-- ledger     consent ledger                                  lines
-- history    history                                         lines
-- wordings   wordings                                        pairs of hash and text
-- counters   counters                                        pairs of name and number
-- quarantine quarantine                                      none
-- postings   tokens, send ledger, then a list and a ready    triples of lane number, item, and send id or ''
--            set for each lane posted to                     (lane 0: the item is why nothing is posted)
-- lists      the list of each entry                          entries
-- readers    the index of each topic                         places (0: none)
--
-- The numbers: server day the client believes in, edition it was decided with (0: not checked), due chat (-1: none, -2: as it
-- is), due mail, lease of claims in ms (0: claim none), number of the worker that claims (0: none), 1 to end the quarantine;
-- numbers of events, ledger lines, history lines, wordings, counters, lanes, postings, list entries, seen sets; life of a
-- seen set in seconds (0: somebody has set its end); lines kept of a history, entries kept of a list; number of topics whose
-- readers change; 1 if a claim is held.
--
-- Returns {0} conflict, {1, server ms, number of a posting that is claimed, token, ...} committed, {2, ids...} seen,
--         {3, day} the day is another, {4} another edition is live, {5} the claim is another's.

local call = redis.call
local name = ARGV[3]
local believed, edition, due_chat, due_mail, lease, worker, ends_quarantine,
  events, ledger_lines, history_lines, wordings, counters, lanes, postings, list_entries,
  days, life, history_kept, list_kept, topics, held = struct.unpack('>I4I4i8i8I4I4I4I4I4I4I4I4I4I4I4I4I4I4I4I4I4', ARGV[4])

local time = call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local day = math.floor(time[1] / 86400)
if day ~= believed then return {3, day} end
if edition > 0 and tonumber(call('GET', KEYS[2]) or 0) ~= edition then return {4} end
-- GETRANGE of a missing key is '', the prefix that stands for no record.
if call('GETRANGE', KEYS[1], 0, 7) ~= ARGV[1] then return {0} end

local key, at = 4, 4
if held > 0 then
  if call('ZSCORE', KEYS[key + 2], name) ~= ARGV[at + 1] or call('LINDEX', KEYS[key + 1], 0) ~= ARGV[at + 2] then
    return {5}
  end
  key, at = key + 2, at + 2
end
if events > 0 then
  local seen = {2}
  for ago = 1, days do
    if events == 1 then -- the usual case; SISMEMBER costs less than SMISMEMBER, and adding to today's set tells as much
      if ago > 1 and call('SISMEMBER', KEYS[key + ago], ARGV[at + 1]) == 1 then return {2, ARGV[at + 1]} end
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
  -- Nothing was written yet: an id that stood there already changes nothing.
  if new == 0 then return {2, ARGV[at + 1]} end
  -- The set is new if it holds just what was added; later commits of the day must not push its end back.
  if life > 0 and call('SCARD', today) == new then call('EXPIRE', today, life) end
  key, at = key + days, at + events
end

call('SET', KEYS[1], ARGV[2])
if due_chat >= 0 then call('ZADD', KEYS[3], due_chat, name) elseif due_chat == -1 then call('ZREM', KEYS[3], name) end
if due_mail >= 0 then call('ZADD', KEYS[4], due_mail, name) elseif due_mail == -1 then call('ZREM', KEYS[4], name) end

if ledger_lines > 0 then
  key = key + 1
  for _ = 1, ledger_lines do
    at = at + 1
    call('RPUSH', KEYS[key], ARGV[at])
  end
end
if history_lines > 0 then
  key = key + 1
  local length = call('RPUSH', KEYS[key], unpack(ARGV, at + 1, at + history_lines))
  if length > history_kept then call('LTRIM', KEYS[key], -history_kept, -1) end
  at = at + history_lines
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
if ends_quarantine > 0 then
  key = key + 1
  call('HDEL', KEYS[key], name)
end

local answer = {1, now}
if postings > 0 then
  -- Lanes count from 1: the list of lane n is KEYS[base + 2n], its ready set the key after that.
  local tokens, sends, base = KEYS[key + 1], KEYS[key + 2], key + 1
  for number = 1, postings do
    local lane, item, send = tonumber(ARGV[at + 1]), ARGV[at + 2], ARGV[at + 3]
    at = at + 3
    -- HSETNX: the same mail decided twice is posted once.
    if lane == 0 then
      call('HSETNX', sends, send, 'refused ' .. string.format('%.0f', now) .. ' ' .. item)
    elseif send == '' or call('HSETNX', sends, send, 'queued ' .. string.format('%.0f', now) .. ' ') == 1 then
      -- Length 1: the list was empty, so this item is its head, and no other worker holds a claim on it.
      if call('RPUSH', KEYS[base + 2 * lane], item) == 1 then
        local score = now * 1000
        if lease > 0 then
          score = (now + lease) * 1000 + (worker > 0 and worker or call('INCR', tokens) % 999 + 1)
          answer[#answer + 1] = number
          answer[#answer + 1] = string.format('%.0f', score)
        end
        call('ZADD', KEYS[base + 2 * lane + 1], string.format('%.0f', score), name)
      end
    end
  end
  key = base + 1 + 2 * lanes
end
for entry = 1, list_entries do
  local length = call('RPUSH', KEYS[key + entry], ARGV[at + entry])
  if length > list_kept then call('LTRIM', KEYS[key + entry], -list_kept, -1) end
end
key, at = key + list_entries, at + list_entries
for topic = 1, topics do
  if ARGV[at + topic] == '0' then
    call('ZREM', KEYS[key + topic], name)
  else
    call('ZADD', KEYS[key + topic], ARGV[at + topic], name)
  end
end
return answer
