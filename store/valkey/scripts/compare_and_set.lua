-- Save a value if it still is what the caller read.
-- KEYS  1 value       ARGV  1 new value, 2 expected value; without it, there must be none yet
-- Returns 1, or 0 if it is another one by now.
local found = redis.call('GET', KEYS[1])
-- An expected empty value differs from an expected absence, so absence is a missing argument, not ''.
if found ~= (ARGV[2] or false) then return 0 end
redis.call('SET', KEYS[1], ARGV[1])
return 1
