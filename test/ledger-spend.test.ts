/** Spend by the ledger, in the calendars of several zones, against the rows themselves. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import fc from "fast-check";
import type { Pool } from "pg";
import { expect, test } from "vitest";

import type { Clock } from "../src/base/clock.ts";
import { isoTimestamp, parseTimestamp } from "../src/base/clock.ts";
import { fromUsdString, type Picodollars } from "../src/base/money.ts";
import { BudgetFile } from "../src/budget/budget-file.ts";
import type { Budget } from "../src/budget/budget.ts";
import { readLedgerSpend } from "../src/ledger-spend.ts";
import type { LedgerSpend, PeriodFigures } from "../src/metrics/ledger-spend.ts";
import { readBrandSpend } from "../src/stats/spend.ts";
import type { UsageRecord } from "../src/usage/record.ts";
import { withDatabase } from "./support/database.ts";
import { adjust, emptyLedger, store } from "./support/ledger-rows.ts";
import { KeptLogger } from "./support/logger.ts";
import { aRecord, NOON_MS } from "./support/record.ts";
import { temporaryDirectory } from "./support/temporary-directory.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const CENT = 10_000_000_000n;
/** One brand a zone; the last has no budget, and so the default zone. */
const ZONES: Readonly<Record<string, string>> = {
  berlin: "Europe/Berlin",
  sao_paulo: "America/Sao_Paulo",
  kolkata: "Asia/Kolkata",
  kathmandu: "Asia/Kathmandu",
  elsewhere: "UTC",
};
const BUDGETS: readonly Budget[] = Object.entries(ZONES)
  .filter(([brand]) => brand !== "elsewhere")
  .map(([brand, timeZone]) => ({ brand, period: "month", amountUsd: "500.00", timeZone }));

/** Reads the ledger as if it were `at`. */
function read(pool: Pool, atMs: number, budgets = BUDGETS): Promise<LedgerSpend> {
  const path = join(temporaryDirectory(), "budgets.json");
  writeFileSync(path, JSON.stringify(budgets));
  const clock: Clock = { now: () => atMs, monotonicMs: () => 0 };
  return readLedgerSpend({
    readBrandSpend: (...asked) => readBrandSpend(pool, ...asked),
    budgetFile: new BudgetFile(path, new KeptLogger()),
    timeZone: "UTC",
    clock,
  });
}

function figuresOf(spend: LedgerSpend, brand: string) {
  const found = spend.brands.find((figures) => figures.brand === brand)!;
  const period = (name: string): PeriodFigures =>
    found.periods.find((each) => each.period === name)!;
  return { ...found, period };
}

function at(time: string, overrides: Partial<UsageRecord> = {}): UsageRecord {
  return aRecord({ startedAtMs: parseTimestamp(time), cost: CENT, ...overrides });
}

test("a month with the end of summer time has the calls of its own first and last hour alone", () =>
  withDatabase(async ({ pool }) => {
    const brand = "berlin";
    await store(
      pool,
      at("2026-09-30T21:59:59.999Z", { brand, cost: 1n }), // 30 September, 23:59 there
      at("2026-09-30T22:00:00.000Z", { brand, cost: 20n }), // the month's first moment
      at("2026-10-25T00:30:00.000Z", { brand, cost: 300n }), // 02:30, in summer time
      at("2026-10-25T01:30:00.000Z", { brand, cost: 4_000n }), // 02:30 again, without
      at("2026-10-31T22:59:59.999Z", { brand, cost: 50_000n }), // its last
      at("2026-10-31T23:00:00.000Z", { brand, cost: 600_000n }), // 1 November
    );
    const spend = await read(pool, parseTimestamp("2026-10-31T12:00Z"));
    expect(figuresOf(spend, brand).period("month")).toEqual({
      period: "month",
      fromMs: parseTimestamp("2026-09-30T22:00Z"),
      toMs: parseTimestamp("2026-10-31T23:00Z"),
      cost: 54_320n,
      budget: {
        amount: 500_000_000_000_000n,
        warnings: [{ share: 0.8, amount: 400_000_000_000_000n }],
      },
    });
    // On the 25th, a day of 25 hours.
    const day = figuresOf(await read(pool, parseTimestamp("2026-10-25T12:00Z")), brand).period(
      "day",
    );
    expect([day.cost, day.toMs - day.fromMs, day.budget]).toEqual([
      4_300n,
      25 * HOUR_MS,
      undefined,
    ]);
  }));

test("a day that begins at half past an hour has the calls from then on", () =>
  withDatabase(async ({ pool }) => {
    const brand = "kolkata";
    await store(
      pool,
      at("2026-11-23T18:29:59.999Z", { brand, cost: 1n }),
      at("2026-11-23T18:30:00.000Z", { brand, cost: 20n }), // 24 November, 00:00 there
      at("2026-11-24T18:29:59.999Z", { brand, cost: 300n }),
      at("2026-11-24T18:30:00.000Z", { brand, cost: 4_000n }), // the 25th
    );
    const { period } = figuresOf(await read(pool, NOON_MS), brand);
    expect([period("day").cost, period("week").cost, period("month").cost]).toEqual([
      320n,
      4_321n, // the 24th is a Tuesday
      4_321n,
    ]);
  }));

test("storage and corrections count, with the day of what they are for; jobs do not", () =>
  withDatabase(async ({ pool }) => {
    const call = at("2026-11-02T10:00Z", { brand: "berlin", cost: 5n * CENT });
    await store(
      pool,
      call,
      at("2026-11-24T10:00Z", { brand: "berlin", entry: "storage", cost: CENT }),
      at("2026-11-24T10:00Z", {
        brand: "berlin",
        entry: "job",
        resourceName: "batches/1",
        cost: undefined,
        priceStatus: "unpriced",
      }),
    );
    await adjust(pool, call, { difference: "-0.02", from: "priced", to: "priced" });
    const spend = await read(pool, NOON_MS);
    const { period } = figuresOf(spend, "berlin");
    // 5 c - 2 c + 1 c
    expect([period("day").cost, period("month").cost]).toEqual([CENT, 4n * CENT]);
    expect(spend.models).toEqual([{ brand: "berlin", model: "gemini-2.5-flash", cost: 4n * CENT }]);
  }));

test("a row that comes late, and a brand that is new, are there with the next reading", () =>
  withDatabase(async ({ pool }) => {
    await store(pool, at("2026-11-24T10:00Z", { brand: "berlin" }));
    expect((await read(pool, NOON_MS)).brands.map(({ brand }) => brand)).toEqual([
      "berlin",
      "sao_paulo",
      "kolkata",
      "kathmandu",
    ]);
    await store(
      pool,
      at("2026-11-03T10:00Z", { brand: "berlin" }),
      at("2026-11-24T11:00Z", { brand: "initech" }),
    );
    const spend = await read(pool, NOON_MS);
    expect(figuresOf(spend, "berlin").period("month").cost).toBe(2n * CENT);
    expect(figuresOf(spend, "initech").period("month")).toMatchObject({
      fromMs: parseTimestamp("2026-11-01T00:00Z"),
      cost: CENT,
      budget: undefined,
    });
  }));

test("windows end now, and are as long as the brand has been there", () =>
  withDatabase(async ({ pool }) => {
    await store(
      pool,
      at("2026-11-01T00:00Z", { brand: "old", cost: 1n }),
      at("2026-11-17T11:59:59.999Z", { brand: "old", cost: 20n }),
      at("2026-11-17T12:00:00.000Z", { brand: "old", cost: 300n }), // 7 days before
      at("2026-11-23T11:59:59.999Z", { brand: "old", cost: 4_000n }),
      at("2026-11-23T12:00:00.000Z", { brand: "old", cost: 50_000n }), // 1 day before
      at("2026-11-22T11:30:00.000Z", { brand: "young", cost: 2n }),
      // By a clock that is five seconds ahead: it is in the counters, so it is in here.
      at("2026-11-24T12:00:05.000Z", { brand: "ahead", cost: 3n }),
    );
    const spend = await read(pool, NOON_MS, []);
    expect(spend.brands.map(({ brand, windows }) => [brand, ...windows])).toEqual([
      [
        "old",
        { window: "1d", lengthMs: DAY_MS, cost: 50_000n },
        { window: "7d", lengthMs: 7 * DAY_MS, cost: 54_300n },
      ],
      [
        "young",
        { window: "1d", lengthMs: DAY_MS, cost: 0n },
        { window: "7d", lengthMs: 2 * DAY_MS + HOUR_MS / 2, cost: 2n },
      ],
      [
        "ahead",
        { window: "1d", lengthMs: 1_000, cost: 3n },
        { window: "7d", lengthMs: 1_000, cost: 3n },
      ],
    ]);
  }));

test("brands with a budget come first, then those that have been in the ledger for longest", () =>
  withDatabase(async ({ pool }) => {
    await store(
      pool,
      at("2026-11-24T10:00Z", { brand: "aardvark" }),
      at("2026-11-02T10:00Z", { brand: "zebra" }),
      at("2026-11-03T10:00Z", { brand: "kolkata" }),
    );
    const { brands } = await read(pool, NOON_MS, [
      { brand: "kolkata", period: "day", amountUsd: "1" },
    ]);
    expect(brands.map(({ brand }) => brand)).toEqual(["kolkata", "zebra", "aardvark"]);
  }));

test("whatever the rows and the moment, each figure is the exact sum of the rows in its bounds", () =>
  withDatabase(async ({ pool }) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyRecord(), { maxLength: 60 }),
        anyMoment(),
        async (records, nowMs) => {
          await emptyLedger(pool);
          await store(pool, ...records);
          const spend = await read(pool, nowMs);
          for (const { brand, periods, windows } of spend.brands) {
            expect(periods.map(({ period }) => period)).toEqual(["day", "week", "month"]);
            for (const { cost, fromMs, toMs } of periods) {
              expect(cost).toBe(await costOfRows(pool, brand, fromMs, toMs));
            }
            // Calls of today and tomorrow, whatever their clocks said.
            const endMs = (Math.floor(nowMs / DAY_MS) + 2) * DAY_MS;
            const [day, week] = windows;
            expect(day!.cost).toBe(await costOfRows(pool, brand, nowMs - DAY_MS, endMs));
            expect(week!.cost).toBe(await costOfRows(pool, brand, nowMs - 7 * DAY_MS, endMs));
          }
          const ever = spend.models.reduce((sum, { cost }) => sum + cost, 0n);
          expect(ever).toBe(records.reduce((sum, { cost }) => sum + (cost ?? 0n), 0n));
        },
      ),
      { numRuns: 20 },
    );
  }));

function anyMoment(): fc.Arbitrary<number> {
  return fc.integer({ min: NOON_MS - 35 * DAY_MS, max: NOON_MS });
}

function anyRecord(): fc.Arbitrary<UsageRecord> {
  const cost = fc.option(fc.bigInt({ min: 0n, max: 10n ** 16n }), { nil: undefined });
  return fc
    .record({
      cost,
      brand: fc.constantFrom(...Object.keys(ZONES)),
      model: fc.constantFrom("gemini-2.5-flash", "gemini-2.5-pro", undefined),
      // On and about the edges of hours, too.
      startedAtMs: fc.oneof(
        anyMoment(),
        anyMoment().map((ms) => Math.floor(ms / (HOUR_MS / 4)) * (HOUR_MS / 4)),
      ),
    })
    .map((fields) =>
      aRecord({ ...fields, priceStatus: fields.cost === undefined ? "unpriced" : "priced" }),
    );
}

async function costOfRows(
  pool: Pool,
  brand: string,
  fromMs: number,
  toMs: number,
): Promise<Picodollars> {
  const { rows } = await pool.query<{ readonly cost: string }>(
    `select coalesce(sum(estimated_cost_usd), 0)::text as cost from api_usage
     where brand = $1 and created_at >= $2 and created_at < $3 and entry <> 'job'`,
    [brand, isoTimestamp(fromMs), isoTimestamp(toMs)],
  );
  return fromUsdString(rows[0]!.cost);
}
