-- 0004: takes over the rows that are there.
--
-- Locks: nobody. It reads the whole table of 0001 once, and needs as much room again.

select api_usage_take_over('api_usage');
