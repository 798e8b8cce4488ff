-- Renew a worker's leases, give up what is above its fair share, take free partitions up to it.
-- A partition is free when it has no holder or its worker's lease has run out.
-- KEYS  1 workers by end of lease, 2 holder by partition, 3 worker by number; under 'last' the last one given
-- ARGV  1 worker, 2 lease ms, 3 partitions, 4 its number (0: it has none)
-- Returns {its number, {numbers of workers whose lease has run out}, {partitions held}}.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
-- Expired workers go first, so that the fair share counts the living only.
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now))
redis.call('ZADD', KEYS[1], string.format('%.0f', now + ARGV[2]), ARGV[1])
local living = {}
local workers = redis.call('ZRANGE', KEYS[1], 0, -1)
for _, name in ipairs(workers) do living[name] = true end
local share = math.ceil(ARGV[3] / #workers)

local number = tonumber(ARGV[4])
if redis.call('HGET', KEYS[3], ARGV[4]) ~= ARGV[1] then -- new here, or so long silent that its claims were freed
  number = 0
  for _ = 1, 999 do
    -- In turn: a number comes back after all the others, when nobody can still be about to free its claims.
    local candidate = redis.call('HINCRBY', KEYS[3], 'last', 1) % 999 + 1
    if redis.call('HSETNX', KEYS[3], candidate, ARGV[1]) == 1 then
      number = candidate
      break
    end
  end
end
local dead = {}
local numbers = redis.call('HGETALL', KEYS[3])
for i = 1, #numbers, 2 do
  if numbers[i] ~= 'last' and not living[numbers[i + 1]] then dead[#dead + 1] = tonumber(numbers[i]) end
end

local holders = {}
local entries = redis.call('HGETALL', KEYS[2])
for i = 1, #entries, 2 do holders[entries[i]] = entries[i + 1] end
local mine, free = {}, {}
for partition_number = 0, ARGV[3] - 1 do
  local partition = string.format('%.0f', partition_number)
  local holder = holders[partition]
  if holder == ARGV[1] then
    if #mine < share then mine[#mine + 1] = partition else redis.call('HDEL', KEYS[2], partition) end
  elseif not holder or not living[holder] then
    free[#free + 1] = partition
  end
end
for _, partition in ipairs(free) do
  if #mine >= share then break end
  mine[#mine + 1] = partition
  redis.call('HSET', KEYS[2], partition, ARGV[1])
end
return {number, dead, mine}
