-- Read a record, and which of the event ids were committed on one of the last server days.
-- KEYS  1 record, 2.. seen sets         ARGV  event ids
-- Returns the record with its version prefix (false if there is none), then the seen ids.
local answer = {redis.call('GET', KEYS[1])}
for day = 2, #KEYS do
  local hits = redis.call('SMISMEMBER', KEYS[day], unpack(ARGV))
  for i = 1, #ARGV do
    if hits[i] == 1 then answer[#answer + 1] = ARGV[i] end
  end
end
return answer
