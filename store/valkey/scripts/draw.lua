-- Give a holder a code that nobody else has or had; the same one if it has one already.
-- KEYS  1 codes left, 2 codes by holder       ARGV  1 holder
-- Returns the code, or '' if none is left.
local code = redis.call('HGET', KEYS[2], ARGV[1])
if code then return code end
code = redis.call('LPOP', KEYS[1])
if not code then return '' end
redis.call('HSET', KEYS[2], ARGV[1], code)
return code
