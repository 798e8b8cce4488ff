-- Give a holder a voucher that belongs to no other holder; the same one if it has one already.
-- KEYS  1 vouchers left, 2 vouchers by holder       ARGV  1 holder
-- Returns the voucher, or '' if none is left.
local voucher = redis.call('HGET', KEYS[2], ARGV[1])
if voucher then return voucher end
voucher = redis.call('LPOP', KEYS[1])
if not voucher then return '' end
redis.call('HSET', KEYS[2], ARGV[1], voucher)
return voucher
