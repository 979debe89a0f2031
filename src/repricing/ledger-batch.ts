/**
 * The rows of a period, batch by batch, and the adjustments of them.
 *
 * Batches follow the primary key, brand first: its index leads to the next row from any place, so that
 * all of a large ledger is read once. In the order of time each batch would read the whole period.
 */
import type { PoolClient } from "pg";

import type { Adjustment } from "./repriced-row.ts";
import type { Adjusted, StoredRow } from "./stored-row.ts";

/** Which rows; `undefined` is any. */
export interface RowFilter {
  /** ISO 8601. */
  readonly since: string;
  /** The first moment that is not meant. */
  readonly until: string;
  readonly brand: string | undefined;
  readonly model: string | undefined;
}

export type LedgerRow = StoredRow & Adjusted;

/** Where a batch begins: behind this row. */
export type Place = Pick<LedgerRow, "brand" | "created_at" | "id">;

export const BATCH_ROWS = 1_000;
export const START: Place = {
  brand: "",
  created_at: "-infinity",
  id: "00000000-0000-0000-0000-000000000000",
};

const NEXT = `
with next_row as materialized (
  select * from api_usage
  where entry in ('call', 'storage')
    and created_at >= $1::timestamptz and created_at < $2::timestamptz
    and ($3::text is null or brand = $3)
    and ($4::text is null or model = $4)
    and (brand, created_at, id) > ($5::text, $6::timestamptz, $7::uuid)
  order by brand, created_at, id
  limit ${BATCH_ROWS}
), adjusted as materialized (
  select next_row.id, its_adjustments.*
  from next_row
  cross join lateral (
    select sum(estimated_cost_usd) as usd, array_agg(id order by ingested_at desc, id) as ids,
      array_agg(price_status order by ingested_at desc, id) as price_statuses,
      array_agg(price_version order by ingested_at desc, id) as price_versions
    from api_usage as adjustment
    where adjustment.brand = next_row.brand and adjustment.adjusts_id = next_row.id
      -- Of the same month, so that no other one is looked into.
      and adjustment.created_at = next_row.created_at
    -- They have one brand anyway: by this, Citus knows that a shard can look them up.
    group by adjustment.brand
  ) as its_adjustments
)
select id, brand, model, platform, service_tier,
  to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as created_at,
  input_tokens::float8, output_tokens::float8, cached_input_tokens::float8,
  tool_use_tokens::float8, thinking_tokens::float8, token_modalities, line_items, usage_status,
  http_status_code, estimated_cost_usd::text, price_status, price_version,
  adjusted.usd::text as adjusted_usd, adjusted.ids[1] as adjustment_id,
  adjusted.price_statuses[1] as adjusted_price_status,
  adjusted.price_versions[1] as adjusted_price_version
from next_row left join adjusted using (id)
order by next_row.brand, next_row.created_at, next_row.id`;

/**
 * Of another's that got there first the id is the same, and nothing is stored. Both go by the order of
 * the key, so that neither waits for the other in a circle.
 */
const POST = `
select api_usage_add(string_agg(api_usage_line(json_populate_record(null::api_usage, row_to_json(adjustment))), E'\\n'))::int as added
from (
  select
    'adjustment' as entry, line.id, usage.id as adjusts_id, usage.created_at, usage.brand, brand_id,
    campaign, campaign_id, end_user, user_id, key_fingerprint, api_provider, platform, api_endpoint,
    operation, requested_model, model, service_tier, usage_status, status, line.estimated_cost_usd,
    line.prior_price_status, line.price_status, line.price_version, streaming, attempt
  from json_to_recordset($1::json) as line (
    id uuid, adjusts_id uuid, brand text, created_at timestamptz, estimated_cost_usd numeric,
    prior_price_status text, price_status text, price_version text)
  join api_usage as usage
    on usage.brand = line.brand and usage.created_at = line.created_at and usage.id = line.adjusts_id
  order by usage.brand, usage.created_at, line.id
) as adjustment`;

/** At most `BATCH_ROWS`; fewer are the last. */
export async function readBatch(
  client: PoolClient,
  { since, until, brand, model }: RowFilter,
  after: Place,
): Promise<readonly LedgerRow[]> {
  const place = [after.brand, after.created_at, after.id];
  const { rows } = await client.query<LedgerRow>(NEXT, [since, until, brand, model, ...place]);
  return rows;
}

/** @returns How many were stored: not those that another repricer had stored before. */
export async function postAdjustments(
  client: PoolClient,
  adjustments: readonly Adjustment[],
): Promise<number> {
  if (adjustments.length === 0) return 0;
  const { rows } = await client.query<{ added: number }>(POST, [JSON.stringify(adjustments)]);
  return rows[0]?.added ?? 0;
}
