-- 0006: sums by hour and by day, kept with the rows, and the function that keeps both.
--
-- Why so:
-- * A report on a month reads some thousand sums instead of some million rows. Days (UTC) serve
--   reports; hours serve the days of other time zones.
-- * The sums are taken from the rows that were really added, by the statement that adds them, so they
--   are exact whatever comes late, twice, or from several writers at once. They are added in order, so
--   that writers wait for each other in a line and never in a ring.
-- * One function does it, with the rights of the tables' owner: a writer needs no right but to call it.
-- * It takes rows as lines of fields, with a tab between two. Of JSON objects, Postgres spends half of
--   all its time on reading the names of 39 columns in each row.
-- * No trigger, and the count of rows comes from what was returned: Citus refuses the one, and errs in
--   the command's own count.
-- Locks: nobody, while the rows of before are summed.

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

-- "All brands, some days". Days come one after another, so they lie that way on disk.
create index api_usage_day_day on api_usage_day
  using brin (day) with (pages_per_range = 16, autosummarize = on);

-- A row as a line for api_usage_add, which has the same fields in the same order.
create function api_usage_line(usage api_usage) returns text
  language sql stable set search_path from current
  set datestyle to 'ISO' set extra_float_digits to 1 as $$
  select string_agg(coalesce(translate(field, E'\t\n', '  '), ''), E'\t' order by place)
  from unnest(array[
    usage.id::text, usage.created_at::text, usage.entry, usage.brand, usage.brand_id::text,
    usage.campaign, usage.campaign_id::text, usage.end_user, usage.user_id::text,
    usage.key_fingerprint, usage.api_provider, usage.platform, usage.api_endpoint,
    usage.operation, usage.requested_model, usage.model, usage.resource_name,
    usage.service_tier, usage.input_tokens::text, usage.output_tokens::text,
    usage.cached_input_tokens::text, usage.tool_use_tokens::text, usage.thinking_tokens::text,
    usage.token_modalities::text, usage.usage_status, usage.estimated_cost_usd::text,
    usage.line_items::text, usage.price_status, usage.price_version, usage.status,
    usage.error_type, usage.error_message, usage.http_status_code::text,
    usage.request_duration_ms::text, usage.time_to_first_chunk_ms::text,
    usage.streaming::text, usage.attempt::text, encode(usage.trace_id, 'hex'),
    encode(usage.span_id, 'hex'), usage.adjusts_id::text, usage.prior_price_status
  ]) with ordinality as part (field, place)
$$;

-- Adds rows, each given as a line: its fields with a tab between two, an empty one for NULL; see
-- src/ledger/row-line.ts. Fields may be missing at the end of a line: new ones only ever come there.
-- Returns how many rows were not there yet. All are added, or when it fails, none.
create function api_usage_add(lines text) returns bigint
  language plpgsql security definer set search_path from current as $$
declare
  added_rows bigint;
  new_lines text;
  broken_constraint text;
  made_months boolean := false;
begin
  -- Results of one job come from one writer at a time: of two at once, neither would see the other's. The
  -- number spells "apiu"; jobs share few locks, so that a batch of many takes no more of these.
  perform pg_advisory_xact_lock(1634756981, lane) from (
    select distinct hashtext(resource_name) & 63 as lane
    from string_to_table(lines, E'\n') as line
    cross join lateral split_part(line, E'\t', 17) as resource_name
    where resource_name <> ''
    order by lane
  ) as lanes;
  loop
    begin
      with inserted as (
        insert into api_usage (
          id, created_at, entry, brand, brand_id, campaign, campaign_id, end_user, user_id,
          key_fingerprint, api_provider, platform, api_endpoint, operation, requested_model, model,
          resource_name, service_tier, input_tokens, output_tokens, cached_input_tokens,
          tool_use_tokens, thinking_tokens, token_modalities, usage_status, estimated_cost_usd,
          line_items, price_status, price_version, status, error_type, error_message,
          http_status_code, request_duration_ms, time_to_first_chunk_ms, streaming, attempt, trace_id,
          span_id, adjusts_id, prior_price_status
        )
        select
          field[1]::uuid, field[2]::timestamptz, field[3], field[4], field[5]::uuid, field[6],
          field[7]::uuid, field[8], field[9]::uuid, field[10], field[11], field[12], field[13],
          field[14], field[15], field[16], field[17], field[18], field[19]::bigint, field[20]::bigint,
          field[21]::bigint, field[22]::bigint, field[23]::bigint, field[24]::jsonb, field[25],
          field[26]::numeric, field[27]::jsonb, field[28], field[29], field[30], field[31], field[32],
          field[33]::smallint, field[34]::real, field[35]::real, field[36]::boolean,
          field[37]::smallint, decode(field[38], 'hex'), decode(field[39], 'hex'), field[40]::uuid,
          field[41]
        -- A line begins with its id. In that order, so that writers of the same rows wait in a line as well.
        from (
          select line from string_to_table(lines, E'\n') as line order by line collate "C"
        ) as sorted
        -- Offset 0: else each of the fields would cut the line anew.
        cross join lateral (select string_to_array(line, E'\t', '') as field offset 0) as cut
        -- Results of a job have the same ids in every process that sees them, but not always the same
        -- brand and time, which are part of the key. Asked once, and only when there are any.
        where field[17] is null or field[1]::uuid <> all (array(
          select known.id
          from string_to_table(lines, E'\n') as result
          join api_usage as known on known.resource_name = split_part(result, E'\t', 17)
            and known.id = split_part(result, E'\t', 1)::uuid))
        returning created_at, entry, brand, api_provider, api_endpoint, model, campaign, status,
          price_status, prior_price_status, input_tokens, output_tokens, estimated_cost_usd
      ), added as (
        select date_bin('1 hour', created_at, 'epoch') as hour,
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
    exception
      -- Rows that are there already are rare, and "on conflict" would look for each of them beforehand.
      when unique_violation then
        -- One line of each id that is not there yet.
        new_lines := (
          select string_agg(line, E'\n') from (
            select min(line) as line
            from string_to_table(lines, E'\n') as line
            group by split_part(line, E'\t', 1)::uuid
            having split_part(line, E'\t', 1)::uuid <> all (array(
              select known.id
              from string_to_table(lines, E'\n') as stored
              join api_usage as known on known.brand = split_part(stored, E'\t', 4)
                and known.created_at = split_part(stored, E'\t', 2)::timestamptz
                and known.id = split_part(stored, E'\t', 1)::uuid))
          ) as unknown);
        if length(new_lines) = length(lines) then
          raise; -- what is there can't be seen in this transaction
        end if;
        lines := new_lines;
      when check_violation then
        get stacked diagnostics broken_constraint = constraint_name;
        -- A month without a partition breaks a rule that has no name.
        if broken_constraint <> '' or made_months then
          raise;
        end if;
        perform api_usage_make_month(month at time zone 'UTC') from (
          select distinct
            date_trunc('month', split_part(line, E'\t', 2)::timestamptz at time zone 'UTC') as month
          from string_to_table(lines, E'\n') as line
        ) as months;
        made_months := true;
    end;
  end loop;
end $$;

revoke execute on function api_usage_line, api_usage_add from public;

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
  group by 1, 2, 3, 4, 5, 6, 7
  order by 1, 2, 3, 4, 5, 6, 7;
insert into api_usage_day
  select (hour at time zone 'UTC')::date,
    brand, api_provider, api_endpoint, model, campaign, status,
    sum(requests), sum(unpriced_requests), sum(lower_bound_requests), sum(estimated_requests),
    sum(input_tokens), sum(output_tokens), sum(cost_usd)
  from api_usage_hour
  group by 1, 2, 3, 4, 5, 6, 7
  order by 1, 2, 3, 4, 5, 6, 7;
