/** A report on 30 days, as the ledger makes it, beside one for which all rows are fetched. */
import { systemClock } from "../../src/base/clock.ts";
import { getUsageStats } from "../../src/stats/queries.ts";
import { Child } from "../child.ts";
import { type Spread, spreadOf } from "../spread.ts";
import { fillLedger } from "./filled-ledger.ts";
import type { Fetched, RowsInJsProcess } from "./rows-in-js.ts";
import type { Server } from "./server.ts";

export interface StatsCost {
  /** In the ledger, over 90 days. */
  readonly rows: number;
  /** Sums by day that the report reads. */
  readonly sums: number;
  readonly reportMs: Spread;
  /** For one brand of many. */
  readonly brandMs: Spread;
  /** Undefined when it did not live through it. */
  readonly inJs: Fetched | undefined;
}

const COUNT = `
select count(*)::int as sums from api_usage_day
where day > (now() at time zone 'UTC')::date - 30`;

export async function statsCost(server: Server, rows: number, rounds: number): Promise<StatsCost> {
  const { pool, url } = await server.make(`stats_${rows}`);
  await fillLedger(pool, rows);
  const count = await pool.query<{ sums: number }>(COUNT);
  const report: number[] = [];
  const brand: number[] = [];
  for (let round = -1; round < rounds; round++) {
    const took = {
      report: await msOf(() => getUsageStats(pool, { days: 30 }, systemClock)),
      brand: await msOf(() => getUsageStats(pool, { days: 30, brand: "brand-7" }, systemClock)),
    };
    if (round < 0) continue;
    report.push(took.report);
    brand.push(took.brand);
  }
  return {
    rows,
    sums: count.rows[0]!.sums,
    reportMs: spreadOf(report),
    brandMs: spreadOf(brand),
    inJs: await fetchedIn(url),
  };
}

async function fetchedIn(url: string): Promise<Fetched | undefined> {
  await using child = new Child<RowsInJsProcess>("./ledger/rows-in-js.ts", { url });
  return await child.call("report", undefined as never).catch(() => undefined);
}

async function msOf(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
