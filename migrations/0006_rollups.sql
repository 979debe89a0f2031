-- 0006: sums by hour and by day, kept with the rows, and the function that keeps both.
--
-- Why so:
-- * A report on a month reads some thousand sums instead of some million rows. Days (UTC) serve
--   reports; hours serve the days of other time zones.
-- * The sums are taken from the rows that were really added, by the statement that adds them, so they
--   are exact whatever comes late, twice, or from several writers at once. They are added in order, so
--   that writers wait for each other in a line and never in a ring.
-- * One function does it, with the rights of the tables' owner: a writer needs no right but to call it.
-- * No trigger, and the count of rows comes from what was returned: Citus refuses the one, and errs in
--   the command's own count.
-- Locks: nobody, while the rows are summed the first time. What a version of before adds meanwhile, or
-- later, is a row and in no sum: it knows nothing of the function. A lock would only make it wait.

create table api_usage_hour (
  hour timestamptz not null,
  brand text not null,
  api_provider text not null,
  api_endpoint text not null,
  model text not null,
  campaign text not null,
  status text not null,
  requests bigint not null,
  unpriced_requests bigint not null,
  lower_bound_requests bigint not null,
  estimated_requests bigint not null,
  input_tokens bigint not null,
  output_tokens bigint not null,
  cost_usd numeric not null,
  primary key (hour, brand, api_provider, api_endpoint, model, campaign, status)
) with (fillfactor = 50); -- room beside a row for its next version, so that no index need know of it

comment on table api_usage_hour is
  'Sums of api_usage by UTC hour. A row without a model or a campaign counts under the empty text.';

create table api_usage_day (
  day date not null,
  brand text not null,
  api_provider text not null,
  api_endpoint text not null,
  model text not null,
  campaign text not null,
  status text not null,
  requests bigint not null,
  unpriced_requests bigint not null,
  lower_bound_requests bigint not null,
  estimated_requests bigint not null,
  input_tokens bigint not null,
  output_tokens bigint not null,
  cost_usd numeric not null,
  primary key (day, brand, api_provider, api_endpoint, model, campaign, status)
) with (fillfactor = 50); -- room beside a row for its next version, so that no index need know of it

comment on table api_usage_day is
  'Sums of api_usage by UTC day. A row without a model or a campaign counts under the empty text.';

-- Adds rows, given as a JSON array of objects with the columns' names; see src/ledger/row.ts. Returns
-- how many were not there yet. All are added, or when it fails, none.
create function api_usage_add(lines json) returns bigint
  language plpgsql security definer set search_path from current as $$
declare
  added_rows bigint;
  broken_constraint text;
begin
  for round in 1..2 loop
    begin
      with inserted as (
        insert into api_usage (
          id, created_at, entry, brand, brand_id, campaign, campaign_id, end_user, user_id,
          key_fingerprint, api_provider, platform, api_endpoint, operation, requested_model, model,
          resource_name, service_tier, input_tokens, output_tokens, cached_input_tokens,
          tool_use_tokens, thinking_tokens, token_modalities, usage_status, estimated_cost_usd,
          line_items, price_status, price_version, status, error_type, error_message, http_status_code,
          request_duration_ms, time_to_first_chunk_ms, streaming, attempt, trace_id, span_id,
          adjusts_id, prior_price_status
        )
        select
          id, created_at, entry, brand, brand_id, campaign, campaign_id, end_user, user_id,
          key_fingerprint, api_provider, platform, api_endpoint, operation, requested_model, model,
          resource_name, service_tier, input_tokens, output_tokens, cached_input_tokens,
          tool_use_tokens, thinking_tokens, token_modalities, usage_status, estimated_cost_usd,
          line_items, price_status, price_version, status, error_type, error_message, http_status_code,
          request_duration_ms, time_to_first_chunk_ms, streaming, attempt, trace_id, span_id,
          adjusts_id, prior_price_status
        from json_to_recordset(lines) as line (
          id uuid, created_at timestamptz, entry text, brand text, brand_id uuid, campaign text,
          campaign_id uuid, end_user text, user_id uuid, key_fingerprint text, api_provider text,
          platform text, api_endpoint text, operation text, requested_model text, model text,
          resource_name text, service_tier text, input_tokens bigint, output_tokens bigint,
          cached_input_tokens bigint, tool_use_tokens bigint, thinking_tokens bigint,
          token_modalities jsonb, usage_status text, estimated_cost_usd numeric, line_items jsonb,
          price_status text, price_version text, status text, error_type text, error_message text,
          http_status_code integer, request_duration_ms double precision,
          time_to_first_chunk_ms double precision, streaming boolean, attempt integer, trace_id text,
          span_id text, adjusts_id uuid, prior_price_status text
        )
        -- Results of a job have the same ids in every process that sees them, but not always the same
        -- brand and time, which are part of the key.
        where line.resource_name is null or (
          select true from api_usage as known
          where known.resource_name = line.resource_name and known.id = line.id
          limit 1
        ) is null
        on conflict do nothing
        returning *
      ), added as (
        select date_trunc('hour', created_at at time zone 'UTC') at time zone 'UTC' as hour,
          brand, api_provider, api_endpoint, coalesce(model, '') as model,
          coalesce(campaign, '') as campaign, status,
          count(*) filter (where entry = 'call') as requests,
          count(*) filter (where price_status = 'unpriced')
            - count(*) filter (where prior_price_status = 'unpriced') as unpriced_requests,
          count(*) filter (where price_status = 'partial')
            - count(*) filter (where prior_price_status = 'partial') as lower_bound_requests,
          count(*) filter (where price_status = 'estimated')
            - count(*) filter (where prior_price_status = 'estimated') as estimated_requests,
          coalesce(sum(input_tokens) filter (where entry = 'call'), 0) as input_tokens,
          coalesce(sum(output_tokens) filter (where entry = 'call'), 0) as output_tokens,
          coalesce(sum(estimated_cost_usd), 0) as cost_usd
        from inserted
        where entry <> 'job' -- its results count
        group by 1, 2, 3, 4, 5, 6, 7
      ), hours as (
        insert into api_usage_hour as known
          select * from added order by 1, 2, 3, 4, 5, 6, 7
          on conflict (hour, brand, api_provider, api_endpoint, model, campaign, status) do update set
            requests = known.requests + excluded.requests,
            unpriced_requests = known.unpriced_requests + excluded.unpriced_requests,
            lower_bound_requests = known.lower_bound_requests + excluded.lower_bound_requests,
            estimated_requests = known.estimated_requests + excluded.estimated_requests,
            input_tokens = known.input_tokens + excluded.input_tokens,
            output_tokens = known.output_tokens + excluded.output_tokens,
            cost_usd = known.cost_usd + excluded.cost_usd
      ), days as (
        insert into api_usage_day as known
          select (hour at time zone 'UTC')::date as day,
            brand, api_provider, api_endpoint, model, campaign, status,
            sum(requests), sum(unpriced_requests), sum(lower_bound_requests), sum(estimated_requests),
            sum(input_tokens), sum(output_tokens), sum(cost_usd)
          from added
          group by 1, 2, 3, 4, 5, 6, 7
          order by 1, 2, 3, 4, 5, 6, 7
          on conflict (day, brand, api_provider, api_endpoint, model, campaign, status) do update set
            requests = known.requests + excluded.requests,
            unpriced_requests = known.unpriced_requests + excluded.unpriced_requests,
            lower_bound_requests = known.lower_bound_requests + excluded.lower_bound_requests,
            estimated_requests = known.estimated_requests + excluded.estimated_requests,
            input_tokens = known.input_tokens + excluded.input_tokens,
            output_tokens = known.output_tokens + excluded.output_tokens,
            cost_usd = known.cost_usd + excluded.cost_usd
      )
      select count(*) into added_rows from inserted;
      return added_rows;
    exception when check_violation then
      get stacked diagnostics broken_constraint = constraint_name;
      -- A month without a partition breaks a rule that has no name.
      if broken_constraint <> '' or round = 2 then
        raise;
      end if;
    end;
    perform api_usage_make_month(month at time zone 'UTC') from (
      select distinct date_trunc('month', created_at at time zone 'UTC') as month
      from json_to_recordset(lines) as line (created_at timestamptz)
    ) as months;
  end loop;
end $$;

revoke execute on function api_usage_add, api_usage_make_month, api_usage_make_months_ahead
  from public;

-- What is there already, summed once.
insert into api_usage_hour
  select date_trunc('hour', created_at at time zone 'UTC') at time zone 'UTC',
    brand, api_provider, api_endpoint, coalesce(model, ''), coalesce(campaign, ''), status,
    count(*) filter (where entry = 'call'),
    count(*) filter (where price_status = 'unpriced')
      - count(*) filter (where prior_price_status = 'unpriced'),
    count(*) filter (where price_status = 'partial')
      - count(*) filter (where prior_price_status = 'partial'),
    count(*) filter (where price_status = 'estimated')
      - count(*) filter (where prior_price_status = 'estimated'),
    coalesce(sum(input_tokens) filter (where entry = 'call'), 0),
    coalesce(sum(output_tokens) filter (where entry = 'call'), 0),
    coalesce(sum(estimated_cost_usd), 0)
  from api_usage
  where entry <> 'job'
  group by 1, 2, 3, 4, 5, 6, 7;
insert into api_usage_day
  select (hour at time zone 'UTC')::date,
    brand, api_provider, api_endpoint, model, campaign, status,
    sum(requests), sum(unpriced_requests), sum(lower_bound_requests), sum(estimated_requests),
    sum(input_tokens), sum(output_tokens), sum(cost_usd)
  from api_usage_hour
  group by 1, 2, 3, 4, 5, 6, 7;
