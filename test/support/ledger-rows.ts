/** Rows put straight into a ledger, and read back. */
import { randomUUID } from "node:crypto";
import type { Pool } from "pg";

import { insertRows } from "../../src/ledger/postgres.ts";
import { lineOf } from "../../src/ledger/row-line.ts";
import type { UsageRecord } from "../../src/usage/record.ts";
import { aRecord } from "./record.ts";

export async function store(pool: Pool, ...records: readonly UsageRecord[]): Promise<void> {
  await insertRows(pool, records.map(lineOf), new AbortController().signal);
}

/** An adjustment of a stored row, as repricing would post it. */
export interface StoredAdjustment {
  readonly id?: string;
  readonly difference: string;
  readonly from: string;
  readonly to: string;
}

/** Posts an adjustment of `record`, whatever the price book says. */
export async function adjust(
  pool: Pool,
  record: UsageRecord,
  { id = randomUUID(), difference, from, to }: StoredAdjustment,
): Promise<void> {
  await pool.query(
    `select api_usage_add(api_usage_line(
       json_populate_record(null::api_usage, row_to_json(adjustment)))) from (
       select $5 as id, 'adjustment' as entry, id as adjusts_id, created_at, brand,
         campaign, api_provider, api_endpoint, operation, model, status, usage_status, streaming,
         attempt, $2 as estimated_cost_usd, $3 as prior_price_status, $4 as price_status
       from api_usage where id = $1) as adjustment`,
    [record.id, difference, from, to, id],
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

/** A call of which everything is known that a row can hold. */
export function aFullRecord(): UsageRecord {
  return aRecord({
    brand: "8f14e45f-ceea-467f-9575-1c0c1d8e6a01",
    campaign: "45c48cce-2e2d-4fbd-aa02-2b6ddc5f4a02",
    user: "d3d94468-02a4-4259-9d4e-2cbb6a0d9a03",
    keyFingerprint: "0123456789abcdef",
    requestedModel: "gemini-flash-latest",
    resourceName: "batches/1",
    tokens: {
      input: 10,
      cachedInput: 2,
      toolUse: 1,
      output: 5,
      thinking: 3,
      modalities: { input: { text: 4, image: 6 } },
    },
    items: [{ kind: "google_search", quantity: 2, cost: 28_000_000_000n }],
    // A digit in each of the twelve places.
    cost: 1_123_456_789_012n,
    status: "error",
    errorType: "429",
    errorMessage: 'quota, "exceeded"\n',
    streaming: true,
    attempt: 2,
    durationMs: 812.123,
    timeToFirstChunkMs: 99.001,
  });
}

/** All of both ledgers' tables but when rows came into them, in a fixed order. */
export async function contentOf(pool: Pool): Promise<readonly string[]> {
  const { rows } = await pool.query<{ row: string }>(`
    select (to_jsonb(usage) - 'ingested_at')::text as row from api_usage as usage
    union all select to_jsonb(hour)::text from api_usage_hour as hour
    union all select to_jsonb(day)::text from api_usage_day as day
    order by row`);
  return rows.map(({ row }) => row);
}
