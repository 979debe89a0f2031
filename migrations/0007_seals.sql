-- 0007: each day's rows are sealed, so that a change behind our back shows.
--
-- Why so:
-- * A day is that of ingested_at: once it is over, no row comes to it any more, however late its call
--   was recorded. One more day passes before it is sealed, for transactions that were still open.
-- * A seal is the SHA-256 of the seal before it and of all rows of the day. Changing an old row without
--   a trace means to make all later seals anew, and whoever has kept one of these elsewhere sees that.
-- * Rows are sealed by the month of their partition as well, so that a month can be dropped, and all
--   others still be checked.
-- * brand_id and campaign_id are left out: they become NULL when what they refer to is deleted. So is
--   what is NULL, so that a column may be added later.
-- * Hashes are taken in the order of hashes, which no collation changes, and minute by minute, as no
--   value can be larger than 1 GB.
-- Locks: nobody, all is new.

create table api_usage_seal (
  day date not null,
  month date not null,
  row_count bigint not null,
  rows_sha256 text not null,
  seal text not null,
  sealed_at timestamptz not null default now(),
  dropped_at timestamptz,
  primary key (day, month)
);

comment on table api_usage_seal is
  'A chain of hashes over the rows that came in each UTC day, which spendspan verify makes and checks.';
comment on column api_usage_seal.day is 'Of ingested_at, by UTC.';
comment on column api_usage_seal.month is 'Of created_at, by UTC: its first day.';
comment on column api_usage_seal.seal is
  'SHA-256 of the seal before it in the order of day and month, day, month, row_count and rows_sha256, with a space between each.';
comment on column api_usage_seal.dropped_at is 'When these rows were dropped with their partition.';

-- Hashes of the rows that came in a time, by day and month.
create function api_usage_digests(since timestamptz, until timestamptz)
  returns table (day date, month date, row_count bigint, rows_sha256 text)
  language sql stable set search_path from current
  set timezone to 'UTC' set datestyle to 'ISO' set extra_float_digits to 1 as $$
  with hashed as (
    select ingested_at, created_at, sha256(convert_to(
        (jsonb_strip_nulls(to_jsonb(usage)) - array['brand_id', 'campaign_id'])::text, 'UTF8')) as hash
      from api_usage as usage
      where ingested_at >= since and ingested_at < until
  ), in_minute as (
    select date_trunc('minute', ingested_at) as minute, date_trunc('month', created_at) as month,
        count(*) as row_count, sha256(string_agg(hash, '' order by hash)) as hash
      from hashed
      group by 1, 2
  )
  select minute::date, month::date, sum(row_count)::bigint,
      encode(sha256(string_agg(hash, '' order by minute)), 'hex')
    from in_minute
    group by 1, 2
$$;

create function api_usage_seal_after(previous text, of_rows api_usage_seal) returns text
  language sql stable as $$
  select encode(sha256(convert_to(concat_ws(' ', previous, to_char(of_rows.day, 'YYYY-MM-DD'),
    to_char(of_rows.month, 'YYYY-MM-DD'), of_rows.row_count, of_rows.rows_sha256), 'UTF8')), 'hex')
$$;

-- Seals the first day that is closed and is not sealed yet, and returns it; NULL: there is none. Day by
-- day, since a transaction that works on years of rows would keep all others' dead ones alive.
create function api_usage_seal_next_day() returns date
  language plpgsql security definer set search_path from current as $$
declare
  last_day constant date := (now() at time zone 'UTC')::date - 2;
  next_day date;
  previous text;
  made api_usage_seal;
begin
  -- One after the other: a seal is made from the one before.
  lock table api_usage_seal in share row exclusive mode;
  select max(day) + 1 into next_day from api_usage_seal;
  if next_day is null then
    select (min(ingested_at) at time zone 'UTC')::date into next_day from api_usage;
  end if;
  select seal into previous from api_usage_seal order by day desc, month desc limit 1;
  while next_day <= last_day loop
    for made.day, made.month, made.row_count, made.rows_sha256 in
      select * from api_usage_digests(
          next_day::timestamp at time zone 'UTC', (next_day + 1)::timestamp at time zone 'UTC')
        order by day, month
    loop
      previous := api_usage_seal_after(previous, made);
      insert into api_usage_seal (day, month, row_count, rows_sha256, seal)
        values (made.day, made.month, made.row_count, made.rows_sha256, previous);
    end loop;
    if found then
      return next_day;
    end if;
    next_day := next_day + 1; -- nothing came on this one
  end loop;
  return null;
end $$;

-- Drops a partition, and notes it in its seals: they tell rows that were given up from rows that were
-- taken away, also when one more row of that month comes late and makes the partition anew.
create function api_usage_drop_partition(partition regclass) returns void
  language plpgsql security definer set search_path from current as $$
begin
  if not exists (
    select from pg_inherits where inhparent = 'api_usage'::regclass and inhrelid = partition
  ) then
    raise exception '% is no partition of api_usage', partition;
  end if;
  -- Nobody adds a row between what is noted and what is dropped.
  execute format('lock table %s in access exclusive mode', partition);
  update api_usage_seal set dropped_at = now()
    where dropped_at is null and api_usage_partition_of(month) = partition;
  execute format('drop table %s', partition);
end $$;

revoke execute on function api_usage_digests, api_usage_seal_after, api_usage_seal_next_day,
  api_usage_drop_partition from public;
