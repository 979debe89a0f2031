/** Rows put straight into a ledger, and read back. */
import type { Pool } from "pg";

import { insertRows } from "../../src/ledger/postgres.ts";
import { lineOf } from "../../src/ledger/row.ts";
import type { UsageRecord } from "../../src/usage/record.ts";

export async function store(pool: Pool, ...records: readonly UsageRecord[]): Promise<void> {
  await insertRows(pool, records.map(lineOf), new AbortController().signal);
}

/** An adjustment of a stored row, as repricing would post it. */
export interface StoredAdjustment {
  readonly difference: string;
  readonly from: string;
  readonly to: string;
}

/** Posts an adjustment of `record`, whatever the price book says. */
export async function adjust(
  pool: Pool,
  record: UsageRecord,
  { difference, from, to }: StoredAdjustment,
): Promise<void> {
  await pool.query(
    `insert into api_usage (id, entry, adjusts_id, created_at, brand, campaign, api_provider,
       api_endpoint, operation, model, status, usage_status, estimated_cost_usd,
       prior_price_status, price_status)
     select gen_random_uuid(), 'adjustment', id, created_at, brand, campaign, api_provider,
       api_endpoint, operation, model, status, usage_status, $2, $3, $4
     from api_usage where id = $1`,
    [record.id, difference, from, to],
  );
}
