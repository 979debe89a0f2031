-- 0001: the ledger, one row for each billed request.
--
-- Why so:
-- * Key (brand, created_at, id). The id alone tells rows apart; time stands in the key so that the
--   table can be cut into partitions by month, brand so that it can be spread over servers, and in
--   this order it is also the index of "one brand, some days".
-- * Days are ranges of created_at in UTC. An index on date_trunc('day', created_at) is refused: what
--   a day is depends on the session's time zone, so the expression is not immutable.
-- * Unknown is NULL, never 0. Money is numeric to the picodollar.
-- Locks: none, the table is new.

create table api_usage (
  id uuid not null,
  created_at timestamptz not null,

  brand text not null default 'unattributed',
  brand_id uuid,
  campaign text,
  campaign_id uuid,
  end_user text,
  user_id uuid,

  api_provider text not null,
  platform text,
  api_endpoint text not null,
  operation text not null,
  requested_model text,
  model text,
  service_tier text,

  input_tokens bigint,
  output_tokens bigint,
  total_tokens bigint generated always as (input_tokens + output_tokens) stored,
  cached_input_tokens bigint,
  tool_use_tokens bigint,
  thinking_tokens bigint,
  token_modalities jsonb,
  usage_status text not null,

  estimated_cost_usd numeric(20, 12),
  price_status text not null,
  price_version text,

  status text not null,
  error_type text,
  error_message text,
  http_status_code integer,

  request_duration_ms double precision,
  time_to_first_chunk_ms double precision,
  streaming boolean not null default false,
  attempt integer not null default 1,

  trace_id text,
  span_id text,
  ingested_at timestamptz not null default now(),

  constraint api_usage_pkey primary key (brand, created_at, id),
  constraint api_usage_brand_check check (brand <> ''),
  constraint api_usage_status_check
    check (status in ('success', 'error', 'timeout', 'cancelled', 'blocked', 'unknown')),
  constraint api_usage_usage_status_check
    check (usage_status in ('final', 'partial', 'missing', 'mismatch')),
  constraint api_usage_price_status_check
    check (price_status in ('priced', 'estimated', 'partial', 'unpriced', 'free')),
  -- A cost is known or it isn't; there is no third way to read an empty one.
  constraint api_usage_unpriced_check
    check ((price_status = 'unpriced') = (estimated_cost_usd is null)),
  constraint api_usage_cost_check check (estimated_cost_usd >= 0),
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
);

-- "All brands, some days": rows lie on disk nearly in the order of time, so a summary of each run of
-- pages finds them as fast as a btree, in a thousandth of its size.
create index api_usage_created_at on api_usage
  using brin (created_at) with (pages_per_range = 32, autosummarize = on);

-- "One campaign, some days". Provider, model and status have few values: time narrows better.
create index api_usage_campaign on api_usage (campaign, created_at) where campaign is not null;

comment on table api_usage is
  'What each request to a paid API cost, and for whom. One row for each billed HTTP request: retries and tool rounds have rows of their own. Rows are only ever added.';
comment on column api_usage.id is 'UUIDv7 made when the request started.';
comment on column api_usage.created_at is 'When the request started, by the clock of the machine that made it.';
comment on column api_usage.brand is 'Whom the request was for, as the app tagged it; unattributed when it did not.';
comment on column api_usage.brand_id is 'The brand, when its tag is a UUID.';
comment on column api_usage.campaign is 'As the app tagged it.';
comment on column api_usage.campaign_id is 'The campaign, when its tag is a UUID.';
comment on column api_usage.end_user is 'The app''s own id of its user, as the app tagged it.';
comment on column api_usage.user_id is 'The end user, when the tag is a UUID.';
comment on column api_usage.api_provider is 'google_ai, openweathermap, ...';
comment on column api_usage.platform is 'Which of the provider''s platforms: gemini_api or vertex_ai.';
comment on column api_usage.api_endpoint is 'What the app was doing (chat, extract), as it tagged it; else the same as operation.';
comment on column api_usage.operation is 'The provider''s API method: generateContent, embedContent, ...';
comment on column api_usage.requested_model is 'The model that the app asked for.';
comment on column api_usage.model is 'The model that answered and is billed; the requested one when the answer does not say.';
comment on column api_usage.service_tier is 'The tier that was served: standard, batch, flex, ...';
comment on column api_usage.input_tokens is 'All that went in: cached_input_tokens and tool_use_tokens are part of it. NULL: not known.';
comment on column api_usage.output_tokens is 'All that came out: thinking_tokens are part of it. NULL: not known.';
comment on column api_usage.total_tokens is 'input_tokens + output_tokens.';
comment on column api_usage.cached_input_tokens is 'Input tokens that were read from a cache.';
comment on column api_usage.tool_use_tokens is 'Input tokens of tool results that the provider fed back to the model by itself.';
comment on column api_usage.thinking_tokens is 'Output tokens of the model''s thinking.';
comment on column api_usage.token_modalities is 'Known split of tokens by modality: {"input": {"text": 10, "image": 258}}. Kinds: input (without cached and tool-use), cached_input, tool_use, output (without thinking).';
comment on column api_usage.usage_status is 'final: the provider''s last word on tokens; partial: the last seen before the answer broke off; missing: none seen; mismatch: final, but the parts do not sum to the provider''s total.';
comment on column api_usage.estimated_cost_usd is 'List price in US dollars, exact. NULL: not known.';
comment on column api_usage.price_status is 'priced: exact; estimated: a rule filled in a missing rate; partial: a lower bound; unpriced: cost not known; free: not billed.';
comment on column api_usage.price_version is 'Names the dated price that was used.';
comment on column api_usage.status is 'How it ended for the app. blocked: answered, but the content was withheld; unknown: started, and its end was never seen.';
comment on column api_usage.error_type is 'Short and of few values: 429, RESOURCE_EXHAUSTED, AbortError.';
comment on column api_usage.error_message is 'Shortened, and scrubbed of keys.';
comment on column api_usage.http_status_code is 'NULL: no answer came.';
comment on column api_usage.request_duration_ms is 'From the request to the end of its answer.';
comment on column api_usage.time_to_first_chunk_ms is 'From the request to the first byte of a streamed answer.';
comment on column api_usage.streaming is 'Whether the answer was asked for as a stream.';
comment on column api_usage.attempt is '1 for a first try, 2 for the first retry, ...';
comment on column api_usage.trace_id is 'OpenTelemetry trace, 32 hexadecimal digits.';
comment on column api_usage.span_id is 'OpenTelemetry span, 16 hexadecimal digits.';
comment on column api_usage.ingested_at is 'When the row came here, by the clock of the database.';
