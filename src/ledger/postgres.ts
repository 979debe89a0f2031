/** The statement that puts rows into the ledger. */
import type { Pool } from "pg";

import { inTransaction } from "../database/pool.ts";

const TIMEOUT_MS = 5_000;

/**
 * Many rows in one parameter, so the number of columns and rows meets no limit of the protocol, and
 * no code here runs once per column. The function (see migrations) keeps the sums in step.
 */
const ADD = "select api_usage_add($1::json)";

/**
 * Stores the rows of `lines` (see row.ts), all of them or, when it rejects, none. Rows that are
 * there already stay as they are.
 */
export async function insertRows(
  pool: Pool,
  lines: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  await inTransaction(pool, { timeoutMs: TIMEOUT_MS, signal }, (client) =>
    client.query(ADD, [`[${lines.join(",")}]`]),
  );
}
