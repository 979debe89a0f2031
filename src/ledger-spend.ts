/**
 * Joins the ledger and the budgets into what the gauges show: each brand by the calendar of its own
 * time zone.
 */
import { type Clock, DAY_MS } from "./base/clock.ts";
import type { Logger } from "./base/logger.ts";
import { BudgetFile } from "./budget/budget-file.ts";
import type { Budgets } from "./budget/budget.ts";
import { calendarIn, type Period, PERIODS, type Window } from "./budget/window.ts";
import type { Config } from "./config/resolve.ts";
import type { LedgerConnection } from "./database/connection.ts";
import { withTables } from "./database/missing-tables.ts";
import { LedgerGauges } from "./metrics/ledger-gauges.ts";
import type { LedgerSpend } from "./metrics/ledger-spend.ts";
import type { Stretch } from "./stats/span.ts";
import { type BrandSpend, readBrandSpend } from "./stats/spend.ts";

interface LedgerGaugesParts {
  readonly connection: LedgerConnection;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface LedgerSpendParts {
  /** As `readBrandSpend`, with its pool. */
  readonly readBrandSpend: (
    stretches: readonly Stretch[],
    youngSinceMs: number,
  ) => Promise<BrandSpend>;
  readonly budgetFile: BudgetFile;
  /** Of brands whose budgets name none. */
  readonly timeZone: string;
  readonly clock: Clock;
}

/** Gauges that read the ledger through `connection`; they do so once they are started. */
export function createLedgerGauges(
  config: Config,
  { connection, clock, logger }: LedgerGaugesParts,
): LedgerGauges {
  const parts: LedgerSpendParts = {
    readBrandSpend: (...asked) =>
      withTables(async () => readBrandSpend(await connection.connect(), ...asked)),
    budgetFile: new BudgetFile(config.budgetsFile, logger),
    timeZone: config.budgetTimeZone,
    clock,
  };
  return new LedgerGauges(
    { read: () => readLedgerSpend(parts), clock, logger },
    {
      refreshIntervalMs: config.ledgerRefreshIntervalMs,
      labelLimits: { brand: config.maxBrandLabels },
      maxSeries: config.maxSeries,
    },
  );
}

/** A period as it stands now by the clocks of a time zone. */
interface ZonePeriod extends Window {
  readonly timeZone: string;
  readonly period: Period;
}

const WINDOWS = [
  { window: "1d", fullMs: DAY_MS },
  { window: "7d", fullMs: 7 * DAY_MS },
] as const;
const LONGEST_WINDOW_MS = 7 * DAY_MS;
/** Of a brand whose first call is just now, or by a clock that is ahead: no rate is a division by 0. */
const SHORTEST_WINDOW_MS = 1_000;

/** @throws What `readBrandSpend` throws. */
export async function readLedgerSpend(parts: LedgerSpendParts): Promise<LedgerSpend> {
  const nowMs = parts.clock.now();
  const budgets = parts.budgetFile.read();
  const zones = new Set([parts.timeZone, ...budgets.timeZones]);
  const periods = [...zones].flatMap((timeZone) => periodsIn(timeZone, nowMs));
  const windows = WINDOWS.map(({ fullMs }) => ({ fromMs: nowMs - fullMs, toMs: endMs(nowMs) }));
  const spend = await parts.readBrandSpend([...periods, ...windows], nowMs - LONGEST_WINDOW_MS);
  const costIn = (stretch: number, brand: string) => spend.stretches[stretch]?.get(brand) ?? 0n;
  const brands = brandsOf(spend, budgets).map((brand) => ({
    brand,
    periods: periods.flatMap(({ timeZone, ...bounds }, at) => {
      if (timeZone !== (budgets.timeZoneOf(brand) ?? parts.timeZone)) return [];
      return [{ ...bounds, cost: costIn(at, brand), budget: budgets.of(brand, bounds.period) }];
    }),
    windows: WINDOWS.map(({ window, fullMs }, at) => ({
      window,
      lengthMs: lengthOf(fullMs, nowMs, spend.firstSeenMs.get(brand)),
      cost: costIn(periods.length + at, brand),
    })),
  }));
  const { models } = spend;
  return { readAtMs: nowMs, brands, models, budgetsAreSound: parts.budgetFile.isSound };
}

function periodsIn(timeZone: string, nowMs: number): readonly ZonePeriod[] {
  const calendar = calendarIn(timeZone);
  return PERIODS.map((period) => ({ timeZone, period, ...calendar(period, nowMs) }));
}

/** Those with a budget first, then those that have been in the ledger for longest. */
function brandsOf({ models }: BrandSpend, budgets: Budgets): readonly string[] {
  return [...new Set([...budgets.brands, ...models.map(({ brand }) => brand)])];
}

/** The end of tomorrow: the clocks of those who write may be ahead, and their calls count in counters too. */
function endMs(nowMs: number): number {
  return (Math.floor(nowMs / DAY_MS) + 2) * DAY_MS;
}

function lengthOf(fullMs: number, nowMs: number, firstSeenMs: number | undefined): number {
  const seenForMs = firstSeenMs === undefined ? fullMs : nowMs - firstSeenMs;
  return Math.max(SHORTEST_WINDOW_MS, Math.min(fullMs, seenForMs));
}
