/** The demo that ends: a fixed number of calls, and a check that all accounts of them agree. */
import { setTimeout as pause } from "node:timers/promises";
import { type APIUsageStats, getUsageStats, type UsageStatsQuery } from "spendspan";

import type { Simulator } from "../../test/simulator/simulator.ts";
import { ledgerAccount, metricsAccount, reportAccount } from "./accounts.ts";
import { type Check, compare, type Comparison } from "./agreement.ts";
import type { Session } from "./session.ts";
import { runTraffic, type Workload } from "./traffic.ts";
import { checkLowerBound, metered, pricedAccount, simulatedAccount } from "./truth.ts";

export interface AuditOptions {
  /** Its ledger is empty. */
  readonly session: Session;
  /** Undefined when the real API is called, whose own account nobody sees. */
  readonly simulator: Simulator | undefined;
  readonly workload: Workload;
  readonly stop: AbortSignal;
}

const SETTLE_TIMEOUT_MS = 10_000;
const SETTLE_POLL_MS = 100;

/** Makes the calls, and compares what each account says of them then. */
export async function audit(options: AuditOptions): Promise<readonly Comparison[]> {
  const { session, simulator, workload, stop } = options;
  const { app } = session;
  const surprises: string[] = [];
  await runTraffic({ ...workload, app, stop, onSurprise: (text) => surprises.push(text) });
  if (stop.aborted) surprises.push("stopped before all calls were made");
  await settle(session, simulator);
  return [
    { title: "The app", checks: checksOf(surprises) },
    ...(await comparisons(session, simulator)),
  ];
}

function checksOf(surprises: readonly string[]): readonly Check[] {
  if (surprises.length === 0) {
    return [{ passed: true, line: "got each answer and each error that it was meant to get" }];
  }
  return surprises.map((line) => ({ passed: false, line }));
}

/**
 * Waits until there is a row for each request, or until that takes too long: what the app left
 * unread is read to its end behind it, and booked only then.
 */
async function settle({ spendspan, pool }: Session, simulator?: Simulator): Promise<void> {
  const untilMs = performance.now() + SETTLE_TIMEOUT_MS;
  let rowCount = -1;
  let expected = 0;
  while (rowCount !== expected && performance.now() < untilMs) {
    // oxlint-disable-next-line no-await-in-loop -- asks, and asks again
    await pause(SETTLE_POLL_MS);
    // oxlint-disable-next-line no-await-in-loop
    await spendspan.flush();
    // oxlint-disable-next-line no-await-in-loop
    const { rows } = await pool.query("select count(*)::int as count from api_usage");
    rowCount = rows[0].count;
    expected = simulator === undefined ? rowCount : metered(simulator.calls).length;
  }
}

async function comparisons(
  { pool, url }: Session,
  simulator?: Simulator,
): Promise<readonly Comparison[]> {
  const readings = compare([
    await ledgerAccount(pool),
    metricsAccount(await textAt(`${url}/metrics`)),
    await reportAccount("/api/usage", (query) => usageAt(url, query)),
    await reportAccount("getUsageStats", getUsageStats),
  ]);
  if (simulator === undefined) return [readings];
  const { calls } = simulator;
  return [
    readings,
    compare([await pricedAccount(pool), simulatedAccount(calls)]),
    await checkLowerBound(pool, calls),
  ];
}

async function textAt(url: string): Promise<string> {
  return (await fetch(url)).text();
}

async function usageAt(url: string, query: UsageStatsQuery): Promise<APIUsageStats> {
  const { days, brand } = query;
  const parameters = new URLSearchParams({ days: String(days), ...(brand && { brand }) });
  return JSON.parse(await textAt(`${url}/api/usage?${parameters.toString()}`));
}
