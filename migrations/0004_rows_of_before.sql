-- 0004: takes over the rows that are there, and those that were added meanwhile: 0005, for which everybody
-- waits, is left with few.
--
-- Locks: nobody. It reads the whole table of 0001 once, and needs as much room again.

select api_usage_take_over('api_usage');
select api_usage_take_over('api_usage_meanwhile');
delete from api_usage_meanwhile as noted using api_usage_next as taken
  where taken.brand = noted.brand and taken.created_at = noted.created_at and taken.id = noted.id;
