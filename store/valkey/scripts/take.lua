-- Let a holder have so many seats of a thing in all, if enough are left; the same answer to the same request.
-- KEYS  1 seats by holder; under '' the number taken by all
-- ARGV  1 holder, 2 seats wanted, 3 seats in all, 4 id of the request, 5 when it was made (business ms)
-- Returns the seats of the holder, and those that are left.
local taken = tonumber(redis.call('HGET', KEYS[1], '') or '0')
local held, last_at, last_request = 0, -1, ''
local entry = redis.call('HGET', KEYS[1], ARGV[1])
if entry then
  held, last_at, last_request = string.match(entry, '^(%d+) (%d+) (.*)$')
  held, last_at = tonumber(held), tonumber(last_at)
end
local wanted, capacity, at = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[5])
-- A refusal is remembered too: repeated after a crash, it must not take what somebody gave back meanwhile.
if last_request ~= ARGV[4] and at >= last_at then
  if wanted <= held or taken - held + wanted <= capacity then
    taken = taken - held + wanted
    held = wanted
    redis.call('HSET', KEYS[1], '', taken)
  end
  redis.call('HSET', KEYS[1], ARGV[1], string.format('%d %s %s', held, ARGV[5], ARGV[4]))
end
return {held, math.max(0, capacity - taken)}
