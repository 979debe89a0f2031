-- 0004: checks what 0003 promised.
--
-- Locks: no reader and no writer; it reads the whole table once.

alter table api_usage validate constraint api_usage_first_partition;
