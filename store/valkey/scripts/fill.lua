-- Add codes to a pool; those that were ever in it are left out.
-- KEYS  1 codes left, 2 codes ever known       ARGV  codes
-- Returns how many are new.
local new = 0
for _, code in ipairs(ARGV) do
  if redis.call('SADD', KEYS[2], code) == 1 then
    redis.call('RPUSH', KEYS[1], code)
    new = new + 1
  end
end
return new
