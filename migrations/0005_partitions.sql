-- 0005: a partition for each month.
--
-- Why so:
-- * Old months are dropped as files, which takes milliseconds and gives the room back. Deleting rows
--   does neither.
-- * The months that are there are made ahead, and any other when a row needs it, so that a row of last
--   year or of next month lands. There is no default partition: rows in one keep its months from being
--   made.
-- * A month is made as a table, and then attached: that lets others write meanwhile.
-- Locks: the table, for an instant. What is in it becomes the first partition as it is.

alter table api_usage rename to api_usage_first;
alter index api_usage_pkey rename to api_usage_first_pkey;
alter index api_usage_created_at rename to api_usage_first_created_at;
alter index api_usage_campaign rename to api_usage_first_campaign;
alter index api_usage_resource_name rename to api_usage_first_resource_name;
alter index api_usage_adjusts_id rename to api_usage_first_adjusts_id;

-- As 0001 and 0002 left it, but in an order that wastes no room on alignment.
create table api_usage (
  id uuid not null,
  adjusts_id uuid,
  brand_id uuid,
  campaign_id uuid,
  user_id uuid,

  created_at timestamptz not null,
  ingested_at timestamptz not null default now(),
  request_duration_ms double precision,
  time_to_first_chunk_ms double precision,
  input_tokens bigint,
  output_tokens bigint,
  total_tokens bigint generated always as (input_tokens + output_tokens) stored,
  cached_input_tokens bigint,
  tool_use_tokens bigint,
  thinking_tokens bigint,
  http_status_code integer,
  attempt integer not null default 1,
  streaming boolean not null default false,

  estimated_cost_usd numeric(20, 12),
  brand text not null default 'unattributed',
  campaign text,
  end_user text,
  entry text not null default 'call',
  api_provider text not null,
  platform text,
  api_endpoint text not null,
  operation text not null,
  requested_model text,
  model text,
  service_tier text,
  usage_status text not null,
  price_status text not null,
  prior_price_status text,
  price_version text,
  status text not null,
  error_type text,
  error_message text,
  trace_id text,
  span_id text,
  key_fingerprint text,
  resource_name text,
  token_modalities jsonb,
  line_items jsonb
) partition by range (created_at);

alter table api_usage add primary key (brand, created_at, id);
create index api_usage_created_at on api_usage
  using brin (created_at) with (pages_per_range = 32, autosummarize = on);
create index api_usage_campaign on api_usage (campaign, created_at) where campaign is not null;
create index api_usage_resource_name on api_usage (resource_name, id) where resource_name is not null;
create index api_usage_jobs on api_usage (created_at) where entry = 'job';
create index api_usage_adjusts_id on api_usage (adjusts_id) where adjusts_id is not null;

do $$
declare
  part record;
begin
  for part in
    select format('constraint %I %s', conname, pg_get_constraintdef(oid)) as definition
      from pg_constraint
      where conrelid = 'api_usage_first'::regclass and contype = 'c'
        and conname <> 'api_usage_first_partition'
  loop
    execute 'alter table api_usage add ' || part.definition;
  end loop;
  for part in
    select attname, col_description(attrelid, attnum) as text
      from pg_attribute where attrelid = 'api_usage_first'::regclass and attnum > 0
  loop
    execute format('comment on column api_usage.%I is %L', part.attname, part.text);
  end loop;
  execute format('comment on table api_usage is %L', obj_description('api_usage_first'::regclass));
end $$;

do $$
declare
  bound text;
begin
  if not exists (select from api_usage_first) then
    drop table api_usage_first;
    return;
  end if;
  select substring(pg_get_constraintdef(oid) from '''([^'']+)''') into strict bound
    from pg_constraint
    where conrelid = 'api_usage_first'::regclass and conname = 'api_usage_first_partition';
  execute format(
    'alter table api_usage attach partition api_usage_first for values from (minvalue) to (%L)', bound);
  alter table api_usage_first drop constraint api_usage_first_partition;
end $$;

-- The partition of the month, by UTC, in which a moment lies. Makes it if no partition is there.
create function api_usage_make_month(moment timestamptz) returns void
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
  execute format('alter table api_usage attach partition %I for values from (%L) to (%L)',
    name, first_moment, end_moment);
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

select api_usage_make_months_ahead(2);
