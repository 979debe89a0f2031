-- 0005: the next ledger becomes the ledger, a partition for each month, and rows are only ever added.
--
-- Why so:
-- * The months that are there are made ahead, and any other when a row needs it, so that a row of last
--   year or of next month lands. A month is made as a table, and then attached: that lets others write
--   meanwhile.
-- * A correction is a row of its own. What was once recorded stays as it was, also under the hands of
--   the tables' owner, whom no grant holds back.
-- * Whatever is granted on a partition, by hand or by default privileges, goes around the policies of
--   the table. So a partition has policies of its own: none, under which nobody else sees a row.
-- * Citus refuses triggers. There, rights alone have to do.
-- Locks: the tables, for an instant. A version of before can add no rows from here on, and waits with
-- them: they would be in no sum (0006).

select api_usage_lock('access exclusive');
select api_usage_take_over('api_usage_meanwhile');
drop table api_usage, api_usage_meanwhile;
drop function api_usage_note_meanwhile, api_usage_take_over, api_usage_lock;
alter table api_usage_next rename to api_usage;

create function api_usage_refuse_change() returns trigger
  language plpgsql set search_path from current as $$
declare
  before record := old;
begin
  if tg_op = 'UPDATE' then
    -- All that may change: which brand or campaign it was is forgotten with that. The tags stay.
    before.brand_id := case when new.brand_id is not null then old.brand_id end;
    before.campaign_id := case when new.campaign_id is not null then old.campaign_id end;
    before.total_tokens := new.total_tokens; -- not computed yet
    if new is not distinct from before then
      return new;
    end if;
  end if;
  raise insufficient_privilege using
    message = format('Rows of api_usage are only ever added: %s is refused', tg_op),
    hint = 'A correction is a row of its own (spendspan reprice); old months are dropped as partitions (spendspan prune).';
end $$;

-- Both for the table and for each of its partitions, new ones as well.
create function api_usage_guard(guarded regclass) returns void
  language plpgsql set search_path from current as $$
begin
  execute format('alter table %s enable row level security', guarded);
  if not exists (select from pg_extension where extname = 'citus') then
    execute format('create trigger api_usage_no_truncate before truncate on %s
      for each statement execute function api_usage_refuse_change()', guarded);
  end if;
end $$;

do $$
begin
  if not exists (select from pg_extension where extname = 'citus') then
    create trigger api_usage_no_change before update or delete on api_usage
      for each row execute function api_usage_refuse_change();
  end if;
end $$;
select api_usage_guard(relid) from pg_partition_tree('api_usage');

-- The partition that has the rows of a month, given by its first day.
create function api_usage_partition_of(month date) returns regclass
  language sql stable set search_path from current as $$
  select inhrelid::regclass
    from pg_inherits
    join pg_class on oid = inhrelid
    where inhparent = 'api_usage'::regclass
      and substring(pg_get_expr(relpartbound, oid) from 'FROM \(''([^'']+)''\)')::timestamptz
        = month::timestamp at time zone 'UTC'
$$;

-- The partition of the month, by UTC, in which a moment lies. Makes it if no partition is there.
create function api_usage_make_month(moment timestamptz) returns void
  language plpgsql security definer set search_path from current as $$
declare
  month timestamp := date_trunc('month', moment at time zone 'UTC');
  name text := 'api_usage_' || to_char(month, '"y"YYYY"m"MM');
begin
  -- Two may want the same month at once; the number spells "apiusage".
  perform pg_advisory_xact_lock(7021224398498424677);
  if api_usage_partition_of(month::date) is not null then
    return;
  end if;
  while to_regclass(name) is not null loop
    name := name || '_late'; -- somebody detached the month, and kept its table
  end loop;
  execute format('create table %I (like api_usage including all)', name);
  perform api_usage_guard(name::regclass);
  execute format('alter table api_usage attach partition %I for values from (%L) to (%L)',
    name, month at time zone 'UTC', (month + interval '1 month') at time zone 'UTC');
end $$;

-- Makes the partitions of this month and of the next ones.
create function api_usage_make_months_ahead(months integer) returns void
  language plpgsql security definer set search_path from current as $$
begin
  for ahead in 0..months loop
    perform api_usage_make_month(
      (date_trunc('month', now() at time zone 'UTC') + make_interval(months => ahead)) at time zone 'UTC');
  end loop;
end $$;

revoke execute on function api_usage_refuse_change, api_usage_guard, api_usage_partition_of,
  api_usage_make_month, api_usage_make_months_ahead from public;

select api_usage_make_months_ahead(2);
