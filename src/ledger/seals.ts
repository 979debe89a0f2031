/**
 * Checks that the ledger's rows are those that once came, by the seals of their days, and seals the
 * days that are closed by now. What a seal is made of is said where it is made: in the migrations.
 *
 * Days are checked one by one: a ledger of years would be too much for one statement.
 */
import type { Pool } from "pg";

import { inTransaction } from "../database/pool.ts";

/** Days and months are those of the seal: `2026-11-20`, and of the calls: `2026-11`. */
export type SealFault =
  | {
      /** Not the rows that were sealed; null: none were, of that day and month. */
      readonly fault: "rows";
      readonly day: string;
      readonly month: string;
      readonly sealed_rows: number | null;
      readonly found_rows: number;
    }
  | {
      /** Doesn't follow from the seal before it. */
      readonly fault: "seal";
      readonly day: string;
      readonly month: string;
    }
  | {
      /** Was kept elsewhere, and is not in the chain. */
      readonly fault: "kept_seal";
      readonly seal: string;
    };

export interface SealReport {
  readonly faults: readonly SealFault[];
  /** Null: no day is closed yet. */
  readonly sealed: Chain | null;
  /** Days that were closed and not sealed yet, and are now. */
  readonly newly_sealed_days: number;
  /** Months whose rows, or those that came until then, were dropped as old: `2025-01`. */
  readonly dropped_months: readonly string[];
}

export interface Chain {
  /** Those on which rows came. */
  readonly days: number;
  readonly rows: number;
  readonly first_day: string;
  readonly last_day: string;
  /** The last of the chain: whoever keeps it can tell later whether anything before it was changed. */
  readonly newest_seal: string;
}

/** From a day, or from the beginning of time, to the one before `until`. */
interface Span {
  readonly since: string;
  readonly until: string;
}

/** For `inTransaction`: a day may have any number of rows. */
const FOREVER = 0;

const FIND_SEAL = "select from api_usage_seal where seal = $1";

const BROKEN_SEALS = `
select 'seal' as fault, day::text, to_char(month, 'YYYY-MM') as month
from (
  select link, lag(link.seal) over (order by day, month) as previous, day, month
  from api_usage_seal as link
) as chain
where (link).seal <> api_usage_seal_after(previous, link)
order by chain.day, chain.month`;

/** Rows before the first day that was sealed were not there when it was. */
const SPANS = `
with sealed as (select min(day) as first_day, max(day) as last_day from api_usage_seal)
select '-infinity' as since, first_day::text as until from sealed where first_day is not null
union all
select (first_day + days)::text, (first_day + days + 1)::text
from sealed, generate_series(0, last_day - first_day) as days`;

/** All rows of a seal are gone at once when their partition was dropped, by us or by hand. */
const BROKEN_ROWS = `
select 'rows' as fault, day::text, to_char(month, 'YYYY-MM') as month,
  sealed.row_count::float8 as sealed_rows, coalesce(found.row_count, 0)::float8 as found_rows
from api_usage_digests(
  $1::date::timestamp at time zone 'UTC', $2::date::timestamp at time zone 'UTC') as found
full join (
  select * from api_usage_seal where day >= $1::date and day < $2::date
) as sealed using (day, month)
where found.rows_sha256 is distinct from sealed.rows_sha256
  and not (found.row_count is null
    and (dropped_at is not null or api_usage_partition_of(month) is null))
order by day, month`;

const DROPPED_MONTHS = `
select distinct to_char(month, 'YYYY-MM') as month from api_usage_seal
where dropped_at is not null or api_usage_partition_of(month) is null
order by month`;

const CHAIN = `
select count(distinct day)::float8 as days, sum(row_count)::float8 as rows,
  min(day)::text as first_day, max(day)::text as last_day,
  (array_agg(seal order by day desc, month desc))[1] as newest_seal
from api_usage_seal
having count(*) > 0`;

/** @param keptSeal One that an earlier run reported, and that was kept where nobody could change it. */
export async function verifySeals(pool: Pool, keptSeal?: string): Promise<SealReport> {
  const faults: SealFault[] = [];
  if (keptSeal !== undefined && (await read(pool, FIND_SEAL, [keptSeal])).length === 0) {
    faults.push({ fault: "kept_seal", seal: keptSeal });
  }
  faults.push(...(await read<SealFault>(pool, BROKEN_SEALS)));
  for (const { since, until } of await read<Span>(pool, SPANS)) {
    // oxlint-disable-next-line no-await-in-loop -- a server at work is asked for one day at a time
    faults.push(...(await read<SealFault>(pool, BROKEN_ROWS, [since, until])));
  }
  const newlySealedDays = await sealClosedDays(pool);
  const dropped = await read<{ month: string }>(pool, DROPPED_MONTHS);
  const [chain] = await read<Chain>(pool, CHAIN);
  return {
    faults,
    sealed: chain ?? null,
    newly_sealed_days: newlySealedDays,
    dropped_months: dropped.map(({ month }) => month),
  };
}

/** @returns How many days were sealed. */
async function sealClosedDays(pool: Pool): Promise<number> {
  for (let days = 0; ; days += 1) {
    // oxlint-disable-next-line no-await-in-loop -- a seal is made from the one before
    if (!(await sealNextDay(pool))) return days;
  }
}

async function sealNextDay(pool: Pool): Promise<boolean> {
  return inTransaction(pool, { timeoutMs: FOREVER }, async (client) => {
    const { rows } = await client.query(
      "select from api_usage_seal_next_day() as day where day is not null",
    );
    return rows.length > 0;
  });
}

async function read<Row extends object>(
  pool: Pool,
  statement: string,
  values: readonly string[] = [],
): Promise<readonly Row[]> {
  return inTransaction(pool, { timeoutMs: FOREVER, readOnly: true }, async (client) => {
    const { rows } = await client.query<Row>(statement, [...values]);
    return rows;
  });
}
