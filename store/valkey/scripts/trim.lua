-- Drop the oldest lines of a history, once they are kept elsewhere.
-- KEYS  1 history       ARGV  1 number of lines, 2 the last of them as it is stored
-- Returns 1, or 0 if another process dropped lines, or the person was erased, since the caller read them.
if redis.call('LINDEX', KEYS[1], ARGV[1] - 1) ~= ARGV[2] then return 0 end
redis.call('LTRIM', KEYS[1], ARGV[1], -1)
return 1
