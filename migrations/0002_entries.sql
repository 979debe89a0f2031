-- 0002: rows that are no plain call, and what is billed apart from tokens.
--
-- Why so:
-- * A batch is handed in by one request and billed by what a later one shows: its submission is a row
--   of its own (entry job), found again by resource_name, and so is each of its results (entry call).
-- * A correction never changes a row, it is another one: entry adjustment, of the same moment, brand
--   and model as the row that it corrects, so that sums over any of these come out right.
-- * A cost may be below zero only where it takes back what was booked before.
-- Locks: the table, for as long as the new checks take to look at every row.

alter table api_usage
  add column entry text not null default 'call',
  add column resource_name text,
  add column line_items jsonb,
  add column key_fingerprint text,
  add column adjusts_id uuid,
  add column prior_price_status text,
  add constraint api_usage_entry_check check (entry in ('call', 'job', 'storage', 'adjustment')),
  add constraint api_usage_adjustment_check check (
    (entry = 'adjustment') = (adjusts_id is not null)
    and (entry = 'adjustment') = (prior_price_status is not null)),
  drop constraint api_usage_cost_check,
  add constraint api_usage_cost_check
    check (estimated_cost_usd >= 0 or entry in ('storage', 'adjustment')),
  drop constraint api_usage_usage_status_check,
  add constraint api_usage_usage_status_check
    check (usage_status in ('final', 'partial', 'missing', 'mismatch', 'uncounted'));

-- "What became of this batch", "is this result of it here already", and "what corrects this row".
create index api_usage_resource_name on api_usage (resource_name, id) where resource_name is not null;
create index api_usage_adjusts_id on api_usage (adjusts_id) where adjusts_id is not null;

comment on column api_usage.entry is 'call: a request billed by its own answer, or one result of a finished job; job: work handed in, billed by its results; storage: a cache kept longer, or less long, than was booked; adjustment: a correction of the cost of another row.';
comment on column api_usage.resource_name is 'The provider''s name of what outlives the request: batches/123, cachedContents/abc, ...';
comment on column api_usage.line_items is 'What was billed apart from tokens: [{"item": "google_search", "quantity": 2, "cost_usd": "0.028"}]. Part of estimated_cost_usd.';
comment on column api_usage.key_fingerprint is 'Tells API keys apart: a keyed digest, which only the app can make.';
comment on column api_usage.adjusts_id is 'Of an adjustment: the row that it corrects, which has the same brand and created_at.';
comment on column api_usage.prior_price_status is 'Of an adjustment: how far the cost was known before; price_status says it for after.';
comment on column api_usage.usage_status is 'final: the provider''s last word on usage; partial: the last seen before the answer broke off; missing: none seen; mismatch: final, but the parts do not sum to the provider''s total; uncounted: final, but the answer names usage of a kind that is not known.';
