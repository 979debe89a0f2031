import type { Pool } from "pg";
import { describe, expect, test } from "vitest";

import type { Clock } from "../../src/base/clock.ts";
import { getUsageStats } from "../../src/stats/queries.ts";
import type { UsageStatsQuery } from "../../src/stats/query.ts";
import type { UsageRecord } from "../../src/usage/record.ts";
import { withDatabase } from "../support/database.ts";
import { adjust, store } from "../support/ledger-rows.ts";
import { aRecord, NOON_MS } from "../support/record.ts";

const DAY_MS = 86_400_000;
/** 2026-11-24, noon in UTC. */
const clock: Clock = { now: () => NOON_MS, monotonicMs: () => 0 };
const UNPRICED = { cost: undefined, priceStatus: "unpriced", priceVersion: undefined } as const;
const FREE = { cost: 0n, priceStatus: "free", priceVersion: undefined } as const;

function statsOf(pool: Pool, query: Partial<UsageStatsQuery> = {}) {
  return getUsageStats(pool, { days: 1, ...query }, clock);
}

function aStorage(overrides: Partial<UsageRecord> = {}): UsageRecord {
  return aRecord({ entry: "storage", tokens: undefined, ...overrides });
}

function aJob(resourceName: string | undefined, overrides: Partial<UsageRecord> = {}): UsageRecord {
  const entry = "job";
  return aRecord({ entry, resourceName, tokens: undefined, ...FREE, ...overrides });
}

test("storage costs, also below zero, and is no request", () =>
  withDatabase(async ({ pool }) => {
    // $0.0008 − $0.0003
    await store(pool, aRecord(), aStorage({ cost: -300_000_000n }));
    expect(await statsOf(pool)).toMatchObject({
      total_requests: 1,
      total_tokens: 1_200,
      total_cost_usd: "0.0005",
      unpriced_requests: 0,
    });
  }));

test("storage of unknown cost is counted among what has no price", () =>
  withDatabase(async ({ pool }) => {
    await store(pool, aRecord(), aStorage(UNPRICED));
    expect(await statsOf(pool)).toMatchObject({ total_requests: 1, unpriced_requests: 1 });
  }));

test("work handed in is no request, and without a price only until its results are there", () =>
  withDatabase(async ({ pool }) => {
    await store(pool, aRecord(), aJob("batches/1", UNPRICED));
    expect(await statsOf(pool)).toMatchObject({ total_requests: 1, unpriced_requests: 0 });
  }));

describe("an adjustment", () => {
  test("changes the cost of the group that its row is in, and the number of nothing", () =>
    withDatabase(async ({ pool }) => {
      const record = aRecord({ brand: "acme", campaign: "spring" });
      await store(pool, record, aRecord({ brand: "beta" }));
      await adjust(pool, record, { difference: "-0.0002", from: "priced", to: "priced" });
      const stats = await statsOf(pool);
      const adjusted = { requests: 1, tokens: 1_200, cost_usd: "0.0006" };
      expect(stats).toMatchObject({
        total_requests: 2,
        total_tokens: 2_400,
        total_cost_usd: "0.0014",
        by_brand: { acme: adjusted, beta: { requests: 1, cost_usd: "0.0008" } },
        by_campaign: { spring: adjusted },
        by_day: [{ date: "2026-11-24", requests: 2, cost_usd: "0.0014" }],
      });
    }));

  test("that gives a call its price takes it off what has none", () =>
    withDatabase(async ({ pool }) => {
      const record = aRecord(UNPRICED);
      await store(pool, record, aRecord(UNPRICED));
      await adjust(pool, record, { difference: "0.5", from: "unpriced", to: "partial" });
      expect(await statsOf(pool)).toMatchObject({
        total_cost_usd: "0.5",
        unpriced_requests: 1,
        lower_bound_requests: 1,
      });
      await adjust(pool, record, { difference: "0.1", from: "partial", to: "estimated" });
      expect(await statsOf(pool)).toMatchObject({
        total_cost_usd: "0.6",
        unpriced_requests: 1,
        lower_bound_requests: 0,
        estimated_requests: 1,
      });
    }));
});

test("lower bounds and estimates are counted in each group", () =>
  withDatabase(async ({ pool }) => {
    await store(
      pool,
      aRecord({ brand: "acme", priceStatus: "partial" }),
      aRecord({ brand: "acme", priceStatus: "estimated" }),
      aRecord({ brand: "beta", priceStatus: "estimated" }),
      aStorage({ brand: "beta", priceStatus: "estimated" }),
    );
    expect(await statsOf(pool)).toMatchObject({
      lower_bound_requests: 1,
      estimated_requests: 3,
      by_brand: {
        acme: { lower_bound_requests: 1, estimated_requests: 1 },
        beta: { lower_bound_requests: 0, estimated_requests: 2 },
      },
    });
  }));

describe("pending jobs", () => {
  test("are those of which no result is there, however long ago they were handed in", () =>
    withDatabase(async ({ pool }) => {
      const startedAtMs = NOON_MS - 40 * DAY_MS; // October 15
      await store(
        pool,
        aJob("batches/old", { startedAtMs }),
        aJob("batches/new"),
        aJob("batches/done"),
        aRecord({ resourceName: "batches/done" }),
      );
      expect((await statsOf(pool)).pending_jobs).toEqual({
        count: 2,
        oldest: "2026-10-15T12:00:00.000Z",
      });
    }));

  test("are not those whose results somebody fetched who did not know the brand", () =>
    withDatabase(async ({ pool }) => {
      await store(
        pool,
        aJob("batches/1", { brand: "acme" }),
        aJob("batches/2", { brand: "acme" }),
        aRecord({ resourceName: "batches/1", brand: "unattributed" }),
      );
      expect((await statsOf(pool, { brand: "acme" })).pending_jobs.count).toBe(1);
    }));

  test("are not those that were never taken", () =>
    withDatabase(async ({ pool }) => {
      await store(pool, aJob(undefined, { status: "error", httpStatusCode: 400 }));
      expect((await statsOf(pool)).pending_jobs).toEqual({ count: 0, oldest: null });
    }));

  test.each([
    [{ brand: "acme" }, 2],
    [{ campaign: "spring" }, 1],
    [{ model: "gemini-2.5-pro" }, 1],
    [{ provider: "openweathermap" }, 0],
  ])("are narrowed as all else by %j", (query, count) =>
    withDatabase(async ({ pool }) => {
      await store(
        pool,
        aJob("batches/1", { brand: "acme", campaign: "spring" }),
        aJob("batches/2", { brand: "acme", model: "gemini-2.5-pro" }),
        aJob("batches/3", { brand: "beta" }),
      );
      expect((await statsOf(pool, query)).pending_jobs.count).toBe(count);
    }),
  );
});
