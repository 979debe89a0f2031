/**
 * Reads what brands have spent, ever and in given stretches of time, in one statement: all of it is of
 * one moment of the ledger, so whoever reads the same ledger gets the same.
 */
import type { Pool } from "pg";

import { isoTimestamp } from "../base/clock.ts";
import { fromUsdString, type Picodollars } from "../base/money.ts";
import { inTransaction } from "../database/pool.ts";
import { type Span, spansOf, type Stretch } from "./span.ts";

/** All that a brand has spent on a model. */
interface ModelSpend {
  readonly brand: string;
  /** Empty for calls that had none. */
  readonly model: string;
  readonly cost: Picodollars;
}

export interface BrandSpend {
  /** Those come first that have been in the ledger for longest. */
  readonly models: readonly ModelSpend[];
  /** When a brand was first seen, for those that are as young as was asked for. */
  readonly firstSeenMs: ReadonlyMap<string, number>;
  /** What each brand spent in each of the stretches, in their order. Who spent nothing may be missing. */
  readonly stretches: readonly ReadonlyMap<string, Picodollars>[];
}

const TIMEOUT_MS = 60_000;

/**
 * Bounds are compared in UTC, whatever the session's zone is. `lateral` gives each span a plan of its
 * own, in which rows are sought in their partition alone; Citus takes one that is grouped by brand, or
 * that asks for the brand of another table. So young brands are looked up among the sums once more.
 */
const SPEND = `
with span as (
  select * from unnest($1::int[], $2::text[], $3::timestamptz[], $4::timestamptz[])
    as span (number, unit, from_time, to_time)
), model as (
  select brand, model, sum(cost_usd) as cost_usd, min(day) as first_day
  from api_usage_day
  group by brand, model
), young as (
  select brand
  from model
  group by brand
  having min(first_day) >= ($5::timestamptz at time zone 'UTC')::date
)
select brand, null::int as number, model, cost_usd::text, null as first_seen_ms, first_day
from model
union all
select first.brand, null, null, null, (extract(epoch from first_seen) * 1000)::text, null
from young
join (
  select brand, min(day)::timestamp at time zone 'UTC' as midnight
  from api_usage_day
  where day >= ($5::timestamptz at time zone 'UTC')::date
  group by brand
) as first on first.brand = young.brand
cross join lateral (
  select min(created_at) as first_seen
  from api_usage
  where api_usage.brand = first.brand and created_at >= first.midnight
) as its_rows
union all
select brand, number, null, cost_usd::text, null, null
from span cross join lateral (
  select brand, sum(cost_usd) as cost_usd
  from api_usage_day
  where day >= (from_time at time zone 'UTC')::date and day < (to_time at time zone 'UTC')::date
  group by brand
) as its_days
where unit = 'day'
union all
select brand, number, null, cost_usd::text, null, null
from span cross join lateral (
  select brand, sum(cost_usd) as cost_usd
  from api_usage_hour
  where hour >= from_time and hour < to_time
  group by brand
) as its_hours
where unit = 'hour'
union all
select brand, number, null, coalesce(cost_usd, 0)::text, null, null
from span cross join lateral (
  select brand, sum(estimated_cost_usd) as cost_usd
  from api_usage
  where created_at >= from_time and created_at < to_time and entry <> 'job'
  group by brand
) as its_rows
where unit = 'row'
order by first_day, brand, model`;

interface Row {
  readonly brand: string;
  /** Of the span whose sum it is. */
  readonly number: number | null;
  /** Of the model whose sum it is. */
  readonly model: string | null;
  readonly cost_usd: string | null;
  readonly first_seen_ms: string | null;
}

/** @param youngSinceMs Of brands that were not there before this day, in UTC, the first moment is told. */
export async function readBrandSpend(
  pool: Pool,
  stretches: readonly Stretch[],
  youngSinceMs: number,
): Promise<BrandSpend> {
  const cuts = stretches.map(spansOf);
  // Zones have most of their days in common, so each span is asked for once.
  const spans = new Map(cuts.flat().map((span) => [keyOf(span), span]));
  const numbers = new Map([...spans.keys()].map((key, at) => [key, at]));
  const rows = await rowsOf(pool, [...spans.values()], youngSinceMs);
  const spent = [...spans].map(() => new Map<string, Picodollars>());
  const models: ModelSpend[] = [];
  const firstSeenMs = new Map<string, number>();
  for (const { number, brand, model, cost_usd, first_seen_ms } of rows) {
    const cost = fromUsdString(cost_usd ?? "0");
    if (number !== null) spent[number]?.set(brand, cost);
    if (model !== null) models.push({ brand, model, cost });
    if (first_seen_ms !== null) firstSeenMs.set(brand, Number(first_seen_ms));
  }
  const costsIn = (span: Span) => spent[numbers.get(keyOf(span)) ?? -1] ?? new Map();
  return { models, firstSeenMs, stretches: cuts.map((cut) => sumOf(cut.map(costsIn))) };
}

async function rowsOf(
  pool: Pool,
  spans: readonly Span[],
  youngSinceMs: number,
): Promise<readonly Row[]> {
  const parameters = [
    spans.map((_, at) => at),
    spans.map(({ unit }) => unit),
    spans.map(({ fromMs }) => isoTimestamp(fromMs)),
    spans.map(({ toMs }) => isoTimestamp(toMs)),
    isoTimestamp(youngSinceMs),
  ];
  const transaction = { timeoutMs: TIMEOUT_MS, readOnly: true };
  return inTransaction(pool, transaction, async (client) => {
    return (await client.query<Row>(SPEND, parameters)).rows;
  });
}

function sumOf(
  parts: readonly ReadonlyMap<string, Picodollars>[],
): ReadonlyMap<string, Picodollars> {
  const sums = new Map<string, Picodollars>();
  for (const part of parts) {
    for (const [brand, cost] of part) sums.set(brand, (sums.get(brand) ?? 0n) + cost);
  }
  return sums;
}

function keyOf({ unit, fromMs, toMs }: Span): string {
  return `${unit} ${fromMs} ${toMs}`;
}
