-- Say which store this is and what time it has; leave a mark in it if asked to.
-- KEYS  1 layout, 2 mark       ARGV  1 to leave a mark
-- Returns {founded ('' if nothing is there), server ms, newest mark in server ms (0: none), the mark before this look}
local founded = redis.call('HGET', KEYS[1], 'founded') or ''
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local before = tonumber(redis.call('GET', KEYS[2]) or 0)
local mark = before
if founded ~= '' and ARGV[1] == '1' then
  -- Marks only grow, also when the clock is put back: an older one than somebody knows means that the end is lost.
  mark = math.max(now, before + 1)
  redis.call('SET', KEYS[2], string.format('%.0f', mark))
end
return {founded, now, mark, before}
