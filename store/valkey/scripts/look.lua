-- Say which store this is and what time it has; leave a mark in it if asked to.
-- KEYS  1 layout, 2 mark       ARGV  1 to leave a mark
-- Returns {founded ('' if nothing is there), server ms, newest mark in server ms (0: none)}
local founded = redis.call('HGET', KEYS[1], 'founded') or ''
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if founded ~= '' and ARGV[1] == '1' then redis.call('SET', KEYS[2], string.format('%.0f', now)) end
return {founded, now, tonumber(redis.call('GET', KEYS[2]) or 0)}
