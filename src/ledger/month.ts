/** Months of a ledger, and whether one holds the same rows in two ledgers. */
import type { Pool } from "pg";

import { inTransaction } from "../database/pool.ts";

export interface Month {
  /** Its first moment, and that of the next month, in ISO 8601. */
  readonly start: string;
  readonly end: string;
  readonly rows: number;
  readonly costUsd: string;
  /** The sum of the random parts of ids: other rows have another. */
  readonly fingerprint: string;
  /** What its sums by day come to: more than the rows cost where some were pruned. */
  readonly summedUsd: string;
}

/**
 * - `same`: the same rows, and the same sums
 * - `more`: all rows are there, beside others
 * - `changed`: rows came into the first ledger while it was copied
 * - `other_sums`: the same rows, but other sums by day: some of the rows summed there were pruned
 * - `fewer`: some rows are not there, such as results of a job that two processes booked
 */
export type MonthOutcome = "same" | "more" | "changed" | "other_sums" | "fewer";

export interface MonthComparison {
  readonly month: Month;
  readonly other: Month | undefined;
  readonly outcome: MonthOutcome;
}

/** Ids are random in their last 62 bits, of which 60 are taken; a sum knows no order. */
const MONTHS = `
with added as (
  select date_trunc('month', created_at at time zone 'UTC') as month, count(*) as rows,
    sum(estimated_cost_usd) as cost,
    sum(('x' || right(replace(id::text, '-', ''), 15))::bit(60)::bigint) as fingerprint
  from api_usage
  group by 1
), summed as (
  select date_trunc('month', day::timestamp) as month, sum(cost_usd) as cost
  from api_usage_day
  group by 1
)
select to_char(month, 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as start,
  to_char(month + interval '1 month', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as "end",
  coalesce(added.rows, 0)::float8 as rows,
  trim_scale(coalesce(added.cost, 0))::text as "costUsd",
  coalesce(added.fingerprint, 0)::text as fingerprint,
  trim_scale(coalesce(summed.cost, 0))::text as "summedUsd"
from added full join summed using (month)
order by month`;

/** Oldest first; those of which no more than the sums is left have no rows. Reads all rows once. */
export async function monthsOf(pool: Pool): Promise<readonly Month[]> {
  return inTransaction(pool, { timeoutMs: 0, readOnly: true }, async (client) => {
    const { rows } = await client.query<Month>(MONTHS);
    return rows;
  });
}

export function byStart(months: readonly Month[]): ReadonlyMap<string, Month> {
  return new Map(months.map((month) => [month.start, month]));
}

export function hasSameRows(month: Month, other: Month | undefined): boolean {
  return (
    month.rows === (other?.rows ?? 0) &&
    month.costUsd === (other?.costUsd ?? "0") &&
    month.fingerprint === (other?.fingerprint ?? "0")
  );
}

/**
 * Compares each month of a ledger with that of the ledger it was copied to.
 *
 * @param before The months as they were when the copy of them began.
 */
export function compared(
  before: readonly Month[],
  after: readonly Month[],
  others: readonly Month[],
): readonly MonthComparison[] {
  const copied = byStart(before);
  const there = byStart(others);
  return after.map((month) => {
    const other = there.get(month.start);
    return { month, other, outcome: outcomeOf(month, copied.get(month.start), other) };
  });
}

function outcomeOf(
  month: Month,
  copied: Month | undefined,
  other: Month | undefined,
): MonthOutcome {
  if (hasSameRows(month, other)) {
    return month.summedUsd === (other?.summedUsd ?? "0") ? "same" : "other_sums";
  }
  if (!hasSameRows(month, copied)) return "changed";
  // All that was copied was found there.
  return (other?.rows ?? 0) > month.rows ? "more" : "fewer";
}
