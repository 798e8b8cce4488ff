-- Poll one partition: return the subscribers due by business time, and claim the ready heads of the lanes.
--
-- KEYS  1 due:chat, 2 due:mail, 3 quarantine, 4 tokens, 5.. ready set of each lane
-- ARGV  1 business ms, 2 most due, 3 most claims a lane, 4 lease ms, 5 number of the worker (0: none), then for each lane
--       the beginning of the keys of its lists and of its attempts.  Those keys are found in the ready set, so they cannot be declared; they bear the
--       hash tag of the declared ones and so live in the same slot.
-- Returns {server ms, due chat, due mail, next ready score or '', {lane, subscriber, token, item, attempt}, ...}

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local most = tonumber(ARGV[2])
local resting, rests = {}, 0
if redis.call('EXISTS', KEYS[3]) == 1 then
  local entries = redis.call('HGETALL', KEYS[3])
  rests = #entries / 2
  for i = 1, #entries, 2 do
    if tonumber(string.match(entries[i + 1], '^%d+ (%d+)')) > now then resting[entries[i]] = true end
  end
end

local function due(key)
  local found = {}
  -- As many more as are quarantined are read: a resting one must not use up a place.
  for _, name in ipairs(redis.call('ZRANGEBYSCORE', key, '-inf', ARGV[1], 'LIMIT', 0, most + rests)) do
    if #found < most and not resting[name] then found[#found + 1] = name end
  end
  return found
end

local answer = {now, due(KEYS[1]), due(KEYS[2]), ''}
local next_score = false
local worker = tonumber(ARGV[5])
for lane = 1, #KEYS - 4 do
  local ready = KEYS[lane + 4]
  local first = redis.call('ZRANGE', ready, 0, 0, 'WITHSCORES')
  if first[2] and tonumber(first[2]) < (now + 1) * 1000 then
    local limit = string.format('(%.0f', (now + 1) * 1000)
    for _, name in ipairs(redis.call('ZRANGEBYSCORE', ready, '-inf', limit, 'LIMIT', 0, ARGV[3])) do
      local item = redis.call('LINDEX', ARGV[4 + 2 * lane] .. name, 0)
      if item then
        local number = worker > 0 and worker or redis.call('INCR', KEYS[4]) % 999 + 1
        local score = (now + ARGV[4]) * 1000 + number
        local token = string.format('%.0f', score)
        redis.call('ZADD', ready, token, name)
        answer[#answer + 1] = {lane, name, token, item, redis.call('GET', ARGV[5 + 2 * lane] .. name) or ''}
      else -- somebody removed the list: there is nothing to deliver, and nothing may try it for ever
        redis.call('ZREM', ready, name)
        redis.call('DEL', ARGV[5 + 2 * lane] .. name)
      end
    end
    first = redis.call('ZRANGE', ready, 0, 0, 'WITHSCORES')
  end
  if first[2] and (not next_score or tonumber(first[2]) < next_score) then next_score = tonumber(first[2]) end
end
if next_score then answer[4] = string.format('%.0f', next_score) end
return answer
