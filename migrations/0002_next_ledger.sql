-- 0002: the ledger as it is to be, still without rows, beside the one of 0001.
--
-- Why so:
-- * It has a partition for each month, so that old months are dropped as files, which takes
--   milliseconds and gives the room back. Deleting rows does neither. There is no default partition:
--   rows in one keep its months from being made.
-- * A batch is handed in by one request and billed by what a later one shows: its submission is a row
--   of its own (entry job), found again by resource_name, and so is each of its results (entry call).
-- * A correction never changes a row, it is another one: entry adjustment, of the same moment, brand
--   and model as the row that it corrects, so that sums over any of these come out right. A cost may be
--   below zero only where it takes back what was booked before.
-- * Columns stand in an order that wastes no room on alignment, ids of traces are bytes, and what
--   follows from other columns is left out: see the comments of the columns.
-- * Whatever takes a look at all rows is cheap while there are none: indexes, checks, references. So the
--   rows come later, by 0004, and 0005 gives it the name. Until then, what is added to the old one is
--   put down a second time, to be taken over as well.
-- Locks: the table of 0001, for an instant.

-- Waits for a lock in short turns: behind one long query, all others would wait as well.
create function api_usage_lock(mode text) returns void
  language plpgsql set search_path from current set lock_timeout to '500ms' as $$
begin
  loop
    begin
      execute format('lock table api_usage in %s mode', mode);
      return;
    exception when lock_not_available then
      perform pg_sleep(random());
    end;
  end loop;
end $$;

select api_usage_lock('share row exclusive');

alter index api_usage_pkey rename to api_usage_old_pkey;
alter index api_usage_created_at rename to api_usage_old_created_at;
alter index api_usage_campaign rename to api_usage_old_campaign;

create table api_usage_next (
  id uuid not null,
  adjusts_id uuid,
  brand_id uuid,
  campaign_id uuid,
  user_id uuid,

  created_at timestamptz not null,
  ingested_at timestamptz not null default now(),
  input_tokens bigint,
  output_tokens bigint,
  total_tokens bigint generated always as (input_tokens + output_tokens) stored,
  cached_input_tokens bigint,
  tool_use_tokens bigint,
  thinking_tokens bigint,
  request_duration_ms real,
  time_to_first_chunk_ms real,
  http_status_code smallint,
  attempt smallint not null default 1,
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
  trace_id bytea,
  span_id bytea,
  key_fingerprint text,
  resource_name text,
  token_modalities jsonb,
  line_items jsonb,

  constraint api_usage_pkey primary key (brand, created_at, id),
  constraint api_usage_brand_check check (brand <> ''),
  constraint api_usage_entry_check check (entry in ('call', 'job', 'storage', 'adjustment')),
  constraint api_usage_adjustment_check check (
    (entry = 'adjustment') = (adjusts_id is not null)
    and (entry = 'adjustment') = (prior_price_status is not null)),
  constraint api_usage_status_check
    check (status in ('success', 'error', 'timeout', 'cancelled', 'blocked', 'unknown')),
  constraint api_usage_usage_status_check
    check (usage_status in ('final', 'partial', 'missing', 'mismatch', 'uncounted')),
  constraint api_usage_price_status_check
    check (price_status in ('priced', 'estimated', 'partial', 'unpriced', 'free')),
  -- A cost is known or it isn't; there is no third way to read an empty one.
  constraint api_usage_unpriced_check
    check ((price_status = 'unpriced') = (estimated_cost_usd is null)),
  constraint api_usage_cost_check
    check (estimated_cost_usd >= 0 or entry in ('storage', 'adjustment')),
  -- Tokens are known together or not at all, so that a total is never half of one.
  constraint api_usage_tokens_together_check
    check (num_nulls(input_tokens, output_tokens, cached_input_tokens, tool_use_tokens, thinking_tokens) in (0, 5)),
  constraint api_usage_input_tokens_check
    check (cached_input_tokens >= 0 and tool_use_tokens >= 0
      and cached_input_tokens + tool_use_tokens <= input_tokens),
  constraint api_usage_output_tokens_check
    check (thinking_tokens >= 0 and thinking_tokens <= output_tokens),
  constraint api_usage_duration_check
    check (request_duration_ms >= 0 and time_to_first_chunk_ms >= 0),
  constraint api_usage_attempt_check check (attempt >= 1)
) partition by range (created_at);

-- "All brands, some days", and "what came in on a day". Rows lie on disk nearly in the order of time, so
-- a summary of each run of pages finds them as fast as a btree, in a thousandth of its size. What a
-- campaign cost is in the sums (0006), so its rows need no index of their own.
create index api_usage_created_at on api_usage_next
  using brin (created_at) with (pages_per_range = 32, autosummarize = on);
create index api_usage_ingested_at on api_usage_next
  using brin (ingested_at) with (pages_per_range = 32, autosummarize = on);

-- "What became of this batch", "is this result of it here already", "which jobs are pending", and "what
-- corrects this row".
create index api_usage_resource_name on api_usage_next (resource_name, id) where resource_name is not null;
create index api_usage_jobs on api_usage_next (created_at) where entry = 'job';
create index api_usage_adjusts_id on api_usage_next (adjusts_id) where adjusts_id is not null;

-- What 0001 says of its columns holds, but for those below.
do $$
declare
  part record;
begin
  execute format('comment on table api_usage_next is %L', obj_description('api_usage'::regclass));
  for part in
    select attname, col_description(attrelid, attnum) as text
      from pg_attribute where attrelid = 'api_usage'::regclass and attnum > 0
  loop
    execute format('comment on column api_usage_next.%I is %L', part.attname, part.text);
  end loop;
end $$;
comment on column api_usage_next.adjusts_id is 'Of an adjustment: the row that it corrects, which has the same brand and created_at.';
comment on column api_usage_next.entry is 'call: a request billed by its own answer, or one result of a finished job; job: work handed in, billed by its results; storage: a cache kept longer, or less long, than was booked; adjustment: a correction of the cost of another row.';
comment on column api_usage_next.requested_model is 'The model that the app asked for, when another one answered. NULL: the same as model.';
comment on column api_usage_next.usage_status is 'final: the provider''s last word on usage; partial: the last seen before the answer broke off; missing: none seen; mismatch: final, but the parts do not sum to the provider''s total; uncounted: final, but the answer names usage of a kind that is not known.';
comment on column api_usage_next.prior_price_status is 'Of an adjustment: how far the cost was known before; price_status says it for after.';
comment on column api_usage_next.price_version is 'Names the dated price that was used: <book>/<model>@<first day, or start>/<tier>, without the model and the tier where they are those of this row.';
comment on column api_usage_next.trace_id is 'OpenTelemetry trace, 16 bytes: encode(trace_id, ''hex'') is how other tools show it.';
comment on column api_usage_next.span_id is 'OpenTelemetry span, 8 bytes.';
comment on column api_usage_next.key_fingerprint is 'Tells API keys apart: a keyed digest, which only the app can make.';
comment on column api_usage_next.resource_name is 'The provider''s name of what outlives the request: batches/123, cachedContents/abc, ...';
comment on column api_usage_next.token_modalities is 'Known split of tokens by modality: {"input": {"text": 10, "image": 258}}, or {"input": "text"} when all are of one. Kinds: input (without cached and tool-use), cached_input, tool_use, output (without thinking).';
comment on column api_usage_next.line_items is 'What was billed apart from tokens: [{"item": "google_search", "quantity": 2, "cost_usd": "0.028"}]. Part of estimated_cost_usd.';

-- Takes over the rows of a table that is like that of 0001, into the partitions of their months.
create function api_usage_take_over(source regclass) returns void
  language plpgsql set search_path from current as $$
declare
  month timestamp;
begin
  for month in execute format(
    'select distinct date_trunc(''month'', created_at at time zone ''UTC'') from %s', source)
  loop
    execute format('create table if not exists %I partition of api_usage_next for values from (%L) to (%L)',
      'api_usage_' || to_char(month, '"y"YYYY"m"MM'),
      month at time zone 'UTC', (month + interval '1 month') at time zone 'UTC');
  end loop;
  execute format($statement$
    insert into api_usage_next (
      id, created_at, ingested_at, brand, brand_id, campaign, campaign_id, end_user, user_id,
      api_provider, platform, api_endpoint, operation, requested_model, model, service_tier,
      input_tokens, output_tokens, cached_input_tokens, tool_use_tokens, thinking_tokens,
      token_modalities, usage_status, estimated_cost_usd, price_status, price_version,
      status, error_type, error_message, http_status_code, request_duration_ms,
      time_to_first_chunk_ms, streaming, attempt, trace_id, span_id)
    select
      id, created_at, ingested_at, brand, brand_id, campaign, campaign_id, end_user, user_id,
      api_provider, platform, api_endpoint, operation, nullif(requested_model, model), model, service_tier,
      input_tokens, output_tokens, cached_input_tokens, tool_use_tokens, thinking_tokens,
      token_modalities, usage_status, estimated_cost_usd, price_status, price_version,
      status, error_type, error_message, http_status_code, request_duration_ms,
      time_to_first_chunk_ms, streaming, attempt, decode(trace_id, 'hex'), decode(span_id, 'hex')
    from %s
    on conflict do nothing $statement$, source);
end $$;

create table api_usage_meanwhile (like api_usage);

create function api_usage_note_meanwhile() returns trigger
  language plpgsql security definer set search_path from current as $$
begin
  insert into api_usage_meanwhile select new.*;
  return null;
end $$;

create trigger api_usage_meanwhile after insert on api_usage
  for each row execute function api_usage_note_meanwhile();
