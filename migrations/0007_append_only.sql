-- 0007: rows are only ever added, and a partition shows them to nobody but its owner.
--
-- Why so:
-- * A correction is a row of its own. What was once recorded stays as it was, also under the hands of
--   the tables' owner, whom no grant holds back.
-- * Whole months are given up by dropping their partitions, which stays possible.
-- * Whatever is granted on a partition, by hand or by default privileges, goes around the policies of
--   the table. So a partition has policies of its own: none, under which nobody else sees a row.
-- * Citus refuses triggers. There, rights alone have to do.
-- Locks: the table and its partitions, for an instant.

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
select api_usage_guard('api_usage');
select api_usage_guard(inhrelid) from pg_inherits where inhparent = 'api_usage'::regclass;

-- As in 0005, but that the month is guarded.
create or replace function api_usage_make_month(moment timestamptz) returns void
  language plpgsql security definer set search_path from current as $$
declare
  month timestamp := date_trunc('month', moment at time zone 'UTC');
  first_moment timestamptz := month at time zone 'UTC';
  end_moment timestamptz := (month + interval '1 month') at time zone 'UTC';
  name text := 'api_usage_' || to_char(month, '"y"YYYY"m"MM');
  end_of_first timestamptz;
begin
  -- Two may want the same month at once; the number spells "apiusage".
  perform pg_advisory_xact_lock(7021224398498424677);
  if to_regclass(name) is not null then
    return;
  end if;
  select substring(pg_get_expr(relpartbound, oid) from 'TO \(''([^'']+)''\)')::timestamptz
    into end_of_first from pg_class where oid = to_regclass('api_usage_first');
  if first_moment < end_of_first then
    return;
  end if;
  execute format('create table %I (like api_usage including all)', name);
  perform api_usage_guard(name::regclass);
  execute format('alter table api_usage attach partition %I for values from (%L) to (%L)',
    name, first_moment, end_moment);
end $$;

revoke execute on function api_usage_refuse_change, api_usage_guard from public;
