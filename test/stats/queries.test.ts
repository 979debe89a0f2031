import fc from "fast-check";
import type { Pool } from "pg";
import { expect, test } from "vitest";

import type { Clock } from "../../src/base/clock.ts";
import { toUsdString } from "../../src/base/money.ts";
import { getUsageStats } from "../../src/stats/queries.ts";
import type { UsageStatsQuery } from "../../src/stats/query.ts";
import type { DayUsage, UsageByKey } from "../../src/stats/report.ts";
import type { UsageRecord } from "../../src/usage/record.ts";
import { withDatabase } from "../support/database.ts";
import { emptyLedger } from "../support/ledger-rows.ts";
import { aRecord, NOON_MS } from "../support/record.ts";
import { anyTokens, tokensOf } from "../support/tokens.ts";
import { aWriter } from "../support/writer.ts";

const DAY_MS = 86_400_000;
/** 2026-11-24, noon in UTC. */
const clock: Clock = { now: () => NOON_MS, monotonicMs: () => 0 };
const NONE = {
  requests: 0,
  tokens: 0,
  input_tokens: 0,
  output_tokens: 0,
  cost_usd: "0",
  unpriced_requests: 0,
  lower_bound_requests: 0,
  estimated_requests: 0,
};

test("an empty ledger gives a report of empty days", () =>
  withDatabase(async ({ pool }) => {
    expect(await getUsageStats(pool, { days: 2 }, clock)).toEqual({
      days: 2,
      from: "2026-11-23T00:00:00.000Z",
      to: "2026-11-25T00:00:00.000Z",
      total_requests: 0,
      total_tokens: 0,
      total_cost_usd: "0",
      unpriced_requests: 0,
      lower_bound_requests: 0,
      estimated_requests: 0,
      pending_jobs: { count: 0, oldest: null },
      by_provider: {},
      by_endpoint: {},
      by_model: {},
      by_brand: {},
      by_campaign: {},
      by_status: {},
      by_day: [
        { date: "2026-11-23", ...NONE },
        { date: "2026-11-24", ...NONE },
      ],
    });
  }));

test("requests are summed in every way at once, exactly", () =>
  withDatabase(async ({ pool }) => {
    await write(pool, [
      aRecord({ brand: "acme", campaign: "spring", cost: 800_000_000n }),
      aRecord({ brand: "acme", cost: 1n, startedAtMs: NOON_MS - DAY_MS }),
      aRecord({
        provider: "openweathermap",
        endpoint: "forecast",
        model: undefined,
        brand: "beta",
        tokens: undefined,
        usageStatus: "missing",
        cost: undefined,
        priceStatus: "unpriced",
        status: "timeout",
      }),
    ]);
    const gemini = { ...NONE, requests: 2, tokens: 2_400, input_tokens: 2_000, output_tokens: 400 };
    // $0.0008 + $0.000000000001
    const priced = { ...gemini, cost_usd: "0.000800000001" };
    const unpriced = { ...NONE, requests: 1, unpriced_requests: 1 };
    const first = {
      ...priced,
      requests: 1,
      tokens: 1_200,
      input_tokens: 1_000,
      output_tokens: 200,
      cost_usd: "0.0008",
    };
    expect(await getUsageStats(pool, { days: 3 }, clock)).toMatchObject({
      total_requests: 3,
      total_tokens: 2_400,
      total_cost_usd: "0.000800000001",
      unpriced_requests: 1,
      by_provider: { google_ai: priced, openweathermap: unpriced },
      by_endpoint: { chat: priced, forecast: unpriced },
      by_model: { "gemini-2.5-flash": priced, "(none)": unpriced },
      by_brand: { acme: priced, beta: unpriced },
      by_campaign: { spring: first, "(none)": { requests: 2, cost_usd: "0.000000000001" } },
      by_status: { success: priced, timeout: unpriced },
      by_day: [
        { date: "2026-11-22", ...NONE },
        { date: "2026-11-23", requests: 1, cost_usd: "0.000000000001" },
        { date: "2026-11-24", requests: 2, cost_usd: "0.0008" },
      ],
    });
  }));

test("days are whole days in UTC, from the first millisecond to the last", () =>
  withDatabase(async ({ pool }) => {
    const today = NOON_MS - DAY_MS / 2;
    const at = (startedAtMs: number): UsageRecord => aRecord({ startedAtMs });
    await write(pool, [at(today - 1), at(today), at(today + DAY_MS - 1), at(today + DAY_MS)]);
    // What a day is must not depend on the server's or the role's time zone.
    await pool.query(
      `alter role current_user in database ${await nameOf(pool)} set timezone to 'Asia/Tokyo'`,
    );
    expect((await getUsageStats(pool, { days: 1 }, clock)).by_day).toMatchObject([
      { date: "2026-11-24", requests: 2 },
    ]);
    expect((await getUsageStats(pool, { days: 2 }, clock)).by_day).toMatchObject([
      { date: "2026-11-23", requests: 1 },
      { date: "2026-11-24", requests: 2 },
    ]);
  }));

test.each<[UsageStatsQuery, number]>([
  [{ days: 1 }, 4],
  [{ days: 1, brand: "acme" }, 3],
  [{ days: 1, campaign: "spring" }, 1],
  [{ days: 1, provider: "openweathermap" }, 1],
  [{ days: 1, model: "gemini-2.5-pro" }, 1],
  [{ days: 1, brand: "acme", model: "gemini-2.5-pro" }, 1],
  [{ days: 1, brand: "nobody" }, 0],
])("filters narrow a report and are repeated in it: %j", (query, requests) =>
  withDatabase(async ({ pool }) => {
    await write(pool, [
      aRecord({ brand: "acme" }),
      aRecord({ brand: "acme", campaign: "spring" }),
      aRecord({ brand: "acme", model: "gemini-2.5-pro" }),
      aRecord({ brand: "beta", provider: "openweathermap" }),
    ]);
    const stats = await getUsageStats(pool, query, clock);
    expect(stats).toMatchObject({ ...query, total_requests: requests });
  }),
);

test("the costliest come first", () =>
  withDatabase(async ({ pool }) => {
    await write(pool, [
      aRecord({ brand: "cheap", cost: 1n }),
      aRecord({ brand: "unknown", cost: undefined, priceStatus: "unpriced" }),
      aRecord({ brand: "dear", cost: 10n ** 12n }),
    ]);
    const { by_brand } = await getUsageStats(pool, { days: 1 }, clock);
    expect(Object.keys(by_brand)).toEqual(["dear", "cheap", "unknown"]);
  }));

test("amounts and counts that no double holds are exact, or an error", () =>
  withDatabase(async ({ pool }) => {
    // $99 999 999.999999999999, twice
    const cost = 10n ** 20n - 1n;
    await write(pool, [aRecord({ cost }), aRecord({ cost })]);
    expect((await getUsageStats(pool, { days: 1 }, clock)).total_cost_usd).toBe(
      "199999999.999999999998",
    );
    const tokens = tokensOf({ input: Number.MAX_SAFE_INTEGER });
    await write(pool, [aRecord({ tokens }), aRecord({ tokens })]);
    await expect(getUsageStats(pool, { days: 1 }, clock)).rejects.toThrow("ERR_DATABASE");
  }));

test("whatever the rows are, each way of grouping them sums to the picodollar to the same total", () =>
  withDatabase(async ({ pool }) => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyRecord(), { maxLength: 40 }), async (records) => {
        await emptyLedger(pool);
        await write(pool, records);
        const stats = await getUsageStats(pool, { days: 3 }, clock);
        const cost = records.reduce((sum, record) => sum + (record.cost ?? 0n), 0n);
        expect(stats.total_cost_usd).toBe(toUsdString(cost));
        expect(stats.total_requests).toBe(records.length);
        const { by_provider, by_endpoint, by_model, by_brand, by_campaign, by_status } = stats;
        for (const groups of [
          by_provider,
          by_endpoint,
          by_model,
          by_brand,
          by_campaign,
          by_status,
        ]) {
          expect(sumOf(groups)).toEqual([records.length, stats.total_tokens, toUsdString(cost)]);
        }
        expect(sumOf(stats.by_day)).toEqual([
          records.length,
          stats.total_tokens,
          toUsdString(cost),
        ]);
      }),
      { numRuns: 15 },
    );
  }));

test.each([0, -1, 3_661, 1.5, Number.NaN, "7"])("%s is no number of days", async (days) => {
  const query = { days } as UsageStatsQuery;
  await expect(getUsageStats({} as Pool, query, clock)).rejects.toThrow(
    /ERR_QUERY: Expected `days` to be a whole number from 1 to 3660, got/,
  );
});

test("every fault of a query is named", async () => {
  const query = { days: 0, brand: "a\0b", model: 5, modle: "x" } as unknown as UsageStatsQuery;
  await expect(getUsageStats({} as Pool, query, clock)).rejects.toThrow(
    /`days`.*days, brand, campaign, provider, model, got `modle`.*`brand`.*`model`/s,
  );
});

function anyRecord(): fc.Arbitrary<UsageRecord> {
  const cost = fc.option(fc.bigInt({ min: 0n, max: 10n ** 19n }), { nil: undefined });
  return fc
    .record({
      cost,
      tokens: fc.option(anyTokens(1_000_000), { nil: undefined }),
      brand: fc.constantFrom("acme", "beta", "unattributed"),
      campaign: fc.constantFrom("spring", undefined),
      model: fc.constantFrom("gemini-2.5-flash", "gemini-2.5-pro", undefined),
      endpoint: fc.constantFrom("chat", "extract"),
      status: fc.constantFrom("success", "error", "blocked"),
      startedAtMs: fc.integer({ min: NOON_MS - 2 * DAY_MS, max: NOON_MS }),
    })
    .map((fields) =>
      aRecord({ ...fields, priceStatus: fields.cost === undefined ? "unpriced" : "priced" }),
    );
}

function sumOf(groups: UsageByKey | readonly DayUsage[]): [number, number, string] {
  let [requests, tokens, picodollars] = [0, 0, 0n];
  for (const group of Object.values(groups)) {
    requests += group.requests;
    tokens += group.tokens;
    const [whole = "", fraction = ""] = group.cost_usd.split(".");
    picodollars += BigInt(whole + fraction.padEnd(12, "0"));
  }
  return [requests, tokens, toUsdString(picodollars)];
}

async function write(pool: Pool, records: readonly UsageRecord[]): Promise<void> {
  const writer = aWriter(pool);
  for (const record of records) writer.accept(record);
  const { written } = await writer.close({ timeoutMs: 10_000 });
  expect(written).toBe(records.length);
}

async function nameOf(pool: Pool): Promise<string> {
  return (await pool.query("select current_database() as name")).rows[0].name;
}
