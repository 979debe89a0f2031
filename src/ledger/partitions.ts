/**
 * Retention: months of rows that are old enough are dropped as they lie, which takes milliseconds and
 * gives their room back at once. Deleting rows does neither. The sums by hour and by day stay.
 */
import type { Pool } from "pg";

import { errorCodeOf, SpendspanError } from "../base/errors.ts";
import { inTransaction } from "../database/pool.ts";

/** A run of whole months; of a ledger that is older than partitions, the first may hold many. */
export interface Partition {
  /** As SQL takes it: quoted, and with its schema, where it has to be. */
  readonly name: string;
  /** The first moment, in ISO 8601, after its rows. */
  readonly end: string;
  /** With its indexes. */
  readonly bytes: number;
}

/** Dropping needs the whole table for an instant: behind a long query, all writers would wait too. */
const LOCK_TIMEOUT_MS = 2_000;
const LOCK_NOT_AVAILABLE = "55P03";
const READ_TIMEOUT_MS = 60_000;

const BEFORE = `
select name, to_char("end" at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as "end", bytes
from (
  select oid::regclass::text as name, pg_total_relation_size(oid)::float8 as bytes,
    substring(pg_get_expr(relpartbound, oid) from 'TO \\(''([^'']+)''\\)')::timestamptz as "end"
  from pg_inherits join pg_class on oid = inhrelid
  where inhparent = 'api_usage'::regclass
) as partition
where "end" <= $1::timestamptz
order by partition."end"`;

/** The partitions whose rows all lie before `moment` (ISO 8601), oldest first. */
export async function partitionsBefore(pool: Pool, moment: string): Promise<readonly Partition[]> {
  return inTransaction(pool, { timeoutMs: READ_TIMEOUT_MS, readOnly: true }, async (client) => {
    const { rows } = await client.query<Partition>(BEFORE, [moment]);
    return rows;
  });
}

/** Reads the whole partition. */
export async function countRows(pool: Pool, { name }: Partition): Promise<number> {
  return inTransaction(pool, { timeoutMs: 0, readOnly: true }, async (client) => {
    const { rows } = await client.query<{ count: number }>(
      `select count(*)::float8 as count from ${name}`,
    );
    return rows[0]?.count ?? 0;
  });
}

/** @throws SpendspanError `ERR_DATABASE` when a query holds the table for too long. */
export async function dropPartition(pool: Pool, { name }: Partition): Promise<void> {
  try {
    await inTransaction(pool, { timeoutMs: READ_TIMEOUT_MS }, async (client) => {
      await client.query(`set local lock_timeout = ${LOCK_TIMEOUT_MS}`);
      await client.query(`drop table if exists ${name}`);
    });
  } catch (cause) {
    if (errorCodeOf(cause) !== LOCK_NOT_AVAILABLE) throw cause;
    const message = `${name} was not dropped, as other queries use the ledger: try again later`;
    throw new SpendspanError("ERR_DATABASE", message, { cause });
  }
}
