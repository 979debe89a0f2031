/** The statement that puts rows into the ledger. */
import type { Pool, PoolClient } from "pg";

import { inTransaction } from "../database/pool.ts";

const TIMEOUT_MS = 5_000;

/**
 * Many rows in one parameter, so the number of columns and rows meets no limit of the protocol. The
 * function (see migrations) keeps the sums in step.
 */
const ADD = "select api_usage_add($1)";

/**
 * Stores the rows of `lines` (see row-line.ts), all of them or, when it rejects, none. Rows that are
 * there already stay as they are.
 */
export async function insertRows(
  pool: Pool,
  lines: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  await inTransaction(pool, { timeoutMs: TIMEOUT_MS, signal }, (client) => addRows(client, lines));
}

/** Stores the row of `line` likewise, or only finds out whether that would be done. */
export async function tryRow(pool: Pool, line: string, dryRun: boolean): Promise<void> {
  await inTransaction(pool, { timeoutMs: TIMEOUT_MS }, async (client) => {
    if (dryRun) await client.query("savepoint before_row");
    await addRows(client, [line]);
    if (dryRun) await client.query("rollback to savepoint before_row");
  });
}

async function addRows(client: PoolClient, lines: readonly string[]): Promise<void> {
  await client.query(ADD, [lines.join("\n")]);
}
