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
    `select api_usage_add(json_agg(adjustment)) from (
       select gen_random_uuid() as id, 'adjustment' as entry, id as adjusts_id, created_at, brand,
         campaign, api_provider, api_endpoint, operation, model, status, usage_status, streaming,
         attempt, $2 as estimated_cost_usd, $3 as prior_price_status, $4 as price_status
       from api_usage where id = $1) as adjustment`,
    [record.id, difference, from, to],
  );
}

/** Takes all rows away, which only those can who switch the ledger's guards off. */
export async function emptyLedger(pool: Pool): Promise<void> {
  await unguarded(pool, "truncate api_usage, api_usage_hour, api_usage_day");
}

/** Runs a statement as somebody does who tampers with the ledger: its triggers don't fire. */
export async function unguarded(pool: Pool, statement: string): Promise<void> {
  await pool.query(`begin; set local session_replication_role = replica; ${statement}; commit`);
}
