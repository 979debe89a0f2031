/**
 * Retention: months of rows that are old enough are dropped as they lie, which takes milliseconds and
 * gives their room back at once. Deleting rows does neither. The sums by hour and by day stay.
 */
import type { Pool } from "pg";

import { errorCodeOf, SpendspanError } from "../base/errors.ts";
import { inTransaction } from "../database/pool.ts";

/** A month of rows. */
export interface Partition {
  readonly name: string;
  /** The first moment that may be in it, and the first that may not, as Postgres writes them. */
  readonly start: string;
  readonly end: string;
  /** With its indexes. */
  readonly bytes: number;
}

/** Dropping needs the whole table for an instant: behind a long query, all writers would wait too. */
const LOCK_TIMEOUT_MS = 2_000;
const LOCK_NOT_AVAILABLE = "55P03";
const READ_TIMEOUT_MS = 60_000;

const BEFORE = `
select name, "from" as start, "to" as "end", bytes
from (
  select oid::regclass::text as name, pg_total_relation_size(oid)::float8 as bytes,
    substring(pg_get_expr(relpartbound, oid) from 'FROM \\(''([^'']+)''\\)') as "from",
    substring(pg_get_expr(relpartbound, oid) from 'TO \\(''([^'']+)''\\)') as "to"
  from pg_inherits join pg_class on oid = inhrelid
  where inhparent = 'api_usage'::regclass
) as partition
where "to"::timestamptz <= $1::timestamptz
order by "to"::timestamptz`;

/** By the table, as who may read that need not have a right to its partitions. */
const COUNT = `
select count(*)::float8 as count from api_usage
where created_at >= $1::timestamptz and created_at < $2::timestamptz`;

/** The partitions whose rows all lie before `moment` (ISO 8601), oldest first. */
export async function partitionsBefore(pool: Pool, moment: string): Promise<readonly Partition[]> {
  return inTransaction(pool, { timeoutMs: READ_TIMEOUT_MS, readOnly: true }, async (client) => {
    const { rows } = await client.query<Partition>(BEFORE, [moment]);
    return rows;
  });
}

/** Reads the whole partition. */
export async function countRows(pool: Pool, { start, end }: Partition): Promise<number> {
  return inTransaction(pool, { timeoutMs: 0, readOnly: true }, async (client) => {
    const { rows } = await client.query<{ count: number }>(COUNT, [start, end]);
    return rows[0]?.count ?? 0;
  });
}

/**
 * Notes in their seals that the rows were given up, and drops them.
 *
 * @throws SpendspanError `ERR_DATABASE` when a query holds the table for too long.
 */
export async function dropPartition(pool: Pool, { name }: Partition): Promise<void> {
  try {
    await inTransaction(pool, { timeoutMs: READ_TIMEOUT_MS }, async (client) => {
      await client.query(`set local lock_timeout = ${LOCK_TIMEOUT_MS}`);
      await client.query("select api_usage_drop_partition($1::regclass)", [name]);
    });
  } catch (cause) {
    if (errorCodeOf(cause) !== LOCK_NOT_AVAILABLE) throw cause;
    const message = `${name} was not dropped, as other queries use the ledger: try again later`;
    throw new SpendspanError("ERR_DATABASE", message, { cause });
  }
}
