/** The statement that puts rows into the ledger. */
import type { Pool } from "pg";

import { errorCodeOf } from "../base/errors.ts";
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
const INSERT = insertWhere("true");

/**
 * Results of a job have the same ids in every process that sees them, but not always the same brand
 * and time, which are part of the key: a process that can't know who handed the job in takes its own.
 * One that is there already is left out by the index on resource_name. As a scalar, the subquery is
 * asked line by line; as `not exists` it could become a join that reads all of the index.
 */
const INSERT_ONCE = insertWhere(`line.resource_name is null or (select true from api_usage as known
    where known.resource_name = line.resource_name and known.id = line.id limit 1) is null`);
const NAMES_RESOURCE = '"resource_name":';
const INSUFFICIENT_PRIVILEGE = "42501";

/**
 * Stores the rows of `lines` (see row.ts), all of them or, when it rejects, none. Rows that are
 * there already stay as they are.
 */
export async function insertRows(
  pool: Pool,
  lines: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const rows = `[${lines.join(",")}]`;
  const insert = (statement: string): Promise<unknown> =>
    inTransaction(pool, { timeoutMs: TIMEOUT_MS, signal }, (client) =>
      client.query(statement, [rows]),
    );
  if (!rows.includes(NAMES_RESOURCE)) return void (await insert(INSERT));
  try {
    await insert(INSERT_ONCE);
  } catch (error) {
    // A role that may write and not read: the key alone must do.
    if (errorCodeOf(error) !== INSUFFICIENT_PRIVILEGE) throw error;
    await insert(INSERT);
  }
}

function insertWhere(condition: string): string {
  return `insert into api_usage (${names})
  select ${names} from json_to_recordset($1::json) as line (${typed})
  where ${condition}
  on conflict do nothing`;
}
