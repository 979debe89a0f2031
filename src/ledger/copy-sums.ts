/**
 * Copies sums of days whose rows were pruned, which nothing could sum again.
 *
 * A day is copied whole, its hours with it, and only where the other ledger has no sums of that day:
 * so nothing is counted twice, however often it is done.
 */
import type { Pool } from "pg";

import { inTransaction } from "../database/pool.ts";
import type { Month } from "./month.ts";

interface SummedDay {
  readonly day: string;
  /** The rows of the two tables, as JSON. */
  readonly days: string;
  readonly hours: string;
}

const TIMEOUT_MS = 60_000;

const DAYS = `
select distinct day::text from api_usage_day
where day >= ($1::timestamptz at time zone 'UTC')::date and day < ($2::timestamptz at time zone 'UTC')::date
order by day`;

const SUMS = `
select $1::text as day,
  (select json_agg(sums)::text from api_usage_day as sums where day = $1::date) as days,
  (select json_agg(sums)::text from api_usage_hour as sums
    where hour >= $1::date::timestamp at time zone 'UTC'
      and hour < ($1::date + 1)::timestamp at time zone 'UTC') as hours`;

const ADD = `
with days as (
  insert into api_usage_day
    select * from json_populate_recordset(null::api_usage_day, $2::json)
    where not exists (select from api_usage_day where day = $1::date)
  returning 1
)
insert into api_usage_hour
  select * from json_populate_recordset(null::api_usage_hour, $3::json)
  where exists (select from days)`;

/** Of a month without rows. */
export async function copySums(from: Pool, to: Pool, month: Month): Promise<void> {
  for (const day of await daysOf(from, month)) {
    const sums = await sumsOf(from, day);
    await inTransaction(to, { timeoutMs: TIMEOUT_MS }, (client) =>
      client.query(ADD, [day, sums.days, sums.hours]),
    );
  }
}

async function daysOf(from: Pool, { start, end }: Month): Promise<readonly string[]> {
  return inTransaction(from, { timeoutMs: TIMEOUT_MS, readOnly: true }, async (client) => {
    const { rows } = await client.query<{ day: string }>(DAYS, [start, end]);
    return rows.map(({ day }) => day);
  });
}

async function sumsOf(from: Pool, day: string): Promise<SummedDay> {
  return inTransaction(from, { timeoutMs: TIMEOUT_MS, readOnly: true }, async (client) => {
    const { rows } = await client.query<SummedDay>(SUMS, [day]);
    return rows[0] ?? { day, days: "[]", hours: "[]" };
  });
}
