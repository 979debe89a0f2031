-- 0003: promises that all rows lie before a day, as the first step to partitions.
--
-- Why so: a table becomes a partition without being read through if a check already says where its
-- rows lie. The check is made here, and validated by the next file, which holds up nobody.
-- Locks: the table, for an instant; a look through it keeps nobody waiting.

do $$
declare
  first_month timestamp;
begin
  select date_trunc('month', greatest(max(created_at), now()) at time zone 'UTC') into first_month
    from api_usage;
  execute format(
    'alter table api_usage add constraint api_usage_first_partition check (created_at < %L) not valid',
    (first_month + interval '1 month') at time zone 'UTC');
end $$;
