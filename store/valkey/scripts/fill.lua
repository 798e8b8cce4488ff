-- Add vouchers to a pool; those that were ever in it are left out.
-- KEYS  1 vouchers left, 2 vouchers ever known       ARGV  vouchers
-- Returns the number of new ones.
local new = 0
for _, voucher in ipairs(ARGV) do
  if redis.call('SADD', KEYS[2], voucher) == 1 then
    redis.call('RPUSH', KEYS[1], voucher)
    new = new + 1
  end
end
return new
