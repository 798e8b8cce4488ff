-- Write the places of a person in the indexes of topics, unless the record has changed: then its commit wrote them.
-- KEYS  1 record, then the index of each topic
-- ARGV  1 version prefix, 2 subscriber, then the place in each
-- Returns 1 if they were written.
if redis.call('GETRANGE', KEYS[1], 0, 7) ~= ARGV[1] then return 0 end
for topic = 2, #KEYS do
  redis.call('ZADD', KEYS[topic], ARGV[topic + 1], ARGV[2])
end
return 1
