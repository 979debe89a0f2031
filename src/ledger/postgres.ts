/** The statement that puts rows into the ledger. */
import type { Pool } from "pg";

import { inTransaction } from "../database/pool.ts";
import { COLUMNS } from "./row.ts";

const TIMEOUT_MS = 5_000;

const names = Object.keys(COLUMNS).join(", ");
const typed = Object.entries(COLUMNS)
  .map(([name, type]) => `${name} ${type}`)
  .join(", ");

/**
 * Many rows in one parameter, so the number of columns and rows meets no limit of the protocol, and
 * no code here runs once per column. No conflict target: naming one would need the right to read.
 */
const INSERT = `insert into api_usage (${names})
  select ${names} from json_to_recordset($1::json) as line (${typed})
  on conflict do nothing`;

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
    client.query(INSERT, [`[${lines.join(",")}]`]),
  );
}
