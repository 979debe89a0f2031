import fc from "fast-check";
import type { Pool } from "pg";
import { describe, expect, test } from "vitest";

import { toUsdString } from "../../src/base/money.ts";
import { type BilledUsage, costOf } from "../../src/pricing/cost.ts";
import { geminiPriceBook } from "../../src/pricing/gemini-prices.ts";
import type { PriceBook } from "../../src/pricing/price-book.ts";
import { reprice, type RepricingOptions } from "../../src/repricing/reprice.ts";
import type { UsageRecord } from "../../src/usage/record.ts";
import { anyBilledUsage } from "../support/billed-usage.ts";
import { withDatabase } from "../support/database.ts";
import { emptyLedger, store } from "../support/ledger-rows.ts";
import { aRecord, NOON_MS } from "../support/record.ts";
import { tokensOf } from "../support/tokens.ts";

const BOOK = geminiPriceBook();
/** A contract: 1,000 tokens in and 200 out of gemini-2.5-flash are $0.0003 + $0.0002 = $0.0005. */
const CONTRACT = BOOK.with([
  { id: "gemini-2.5-flash", input: "0.30", cacheRead: "0.03", output: "1" },
]);
const UNPRICED = { cost: undefined, priceStatus: "unpriced", priceVersion: undefined } as const;
const SECRET = { model: "gemini-9-secret", ...UNPRICED };
/** 1,000 × $1/M + 200 × $5/M = $0.002 */
const RELEASED = BOOK.with([{ id: "gemini-9-secret", input: "1", cacheRead: "0.1", output: "5" }]);
/** The list again, by somebody who has prices of their own, though none for what is called here. */
const UNDONE = BOOK.with([{ id: "gemini-0", input: "1", cacheRead: "1", output: "1" }]);
const NONE_LEFT = {
  free: 0,
  http_rule: 0,
  given: 0,
  own_price: 0,
  no_usage: 0,
  no_price: 0,
  no_longer_priced: 0,
};

function run(pool: Pool, book: PriceBook, options: Partial<RepricingOptions> = {}) {
  return reprice(pool, {
    since: "2026-11-24T00:00:00.000Z",
    until: "2026-11-25T00:00:00.000Z",
    brand: undefined,
    model: undefined,
    dryRun: false,
    book,
    ...options,
  });
}

/** A call to gemini-2.5-flash for $0.0008, priced by the list. */
function aCall(overrides: Partial<UsageRecord> = {}): UsageRecord {
  const { model, tokens, platform, startedAtMs: atMs } = aRecord();
  return aRecord({ ...costOf(BOOK, { model, tokens, platform, atMs }), ...overrides });
}

function recordOf(usage: BilledUsage): UsageRecord {
  const { model, tokens, serviceTier, platform, atMs: startedAtMs } = usage;
  const priced = costOf(BOOK, usage);
  const entry = (priced.cost ?? 0n) < 0n ? "storage" : "call";
  return aRecord({ ...priced, entry, model, tokens, serviceTier, platform, startedAtMs });
}

async function rowsOf(pool: Pool, condition = "true") {
  return (await pool.query(`select * from api_usage where ${condition} order by ingested_at, id`))
    .rows;
}

async function totalOf(pool: Pool): Promise<string> {
  const { rows } = await pool.query(
    "select trim_scale(coalesce(sum(estimated_cost_usd), 0))::text as usd from api_usage",
  );
  return rows[0].usd;
}

test("a row of another price gets an adjustment of the difference, and stays as it was", () =>
  withDatabase(async ({ pool }) => {
    await store(pool, aCall({ campaign: "spring", user: "u-17", status: "blocked" }));
    const [original] = await rowsOf(pool);
    expect(await run(pool, CONTRACT)).toMatchObject({ rows: 1, posted: 1 });
    const [unchanged, adjustment] = await rowsOf(pool);
    expect(unchanged).toEqual(original);
    const { id: _id, ingested_at: _ingested, ...shared } = original;
    expect(adjustment).toMatchObject({
      entry: "adjustment",
      adjusts_id: original.id,
      // $0.0005 − $0.0008
      estimated_cost_usd: "-0.000300000000",
      prior_price_status: "priced",
      price_status: "priced",
      price_version: expect.stringMatching(/^user:[0-9a-f]{8}@start$/),
      total_tokens: null,
      request_duration_ms: null,
      ingested_at: expect.anything(),
    });
    for (const column of ["created_at", "brand", "campaign", "end_user", "model", "status"]) {
      expect(adjustment[column]).toEqual(shared[column]);
    }
    expect(await totalOf(pool)).toBe("0.0005");
  }));

test("a second run posts nothing, and one by the old prices takes all back", () =>
  withDatabase(async ({ pool }) => {
    await store(pool, aCall(), aCall({ brand: "beta" }));
    await run(pool, CONTRACT);
    const posted = await rowsOf(pool);
    expect(await run(pool, CONTRACT)).toMatchObject({ rows: 2, posted: 0, changed: { rows: 0 } });
    expect(await rowsOf(pool)).toEqual(posted);
    expect(await run(pool, UNDONE)).toMatchObject({
      posted: 2,
      changed: { difference_usd: "0.0006" },
    });
    expect(await totalOf(pool)).toBe("0.0016");
    expect(await run(pool, CONTRACT)).toMatchObject({ posted: 2 });
    expect(await totalOf(pool)).toBe("0.001");
  }));

test("a row without a price gets its cost once there is one, and is told apart", () =>
  withDatabase(async ({ pool }) => {
    await store(pool, aRecord(SECRET), aRecord({ ...UNPRICED, tokens: undefined }), aCall());
    expect(await run(pool, RELEASED)).toMatchObject({
      posted: 1,
      changed: { rows: 1, newly_priced: 1, before_usd: "0", after_usd: "0.002" },
      by_model_and_brand: [{ model: "gemini-9-secret", brand: "acme", difference_usd: "0.002" }],
      left_alone: { ...NONE_LEFT, no_usage: 1 },
      unpriced_requests: 1,
    });
    expect(await rowsOf(pool, "entry = 'adjustment'")).toMatchObject([
      { prior_price_status: "unpriced", price_status: "priced" },
    ]);
  }));

test("a cost that is no longer known is kept", () =>
  withDatabase(async ({ pool }) => {
    await store(pool, aRecord(SECRET));
    await run(pool, RELEASED);
    expect(await run(pool, UNDONE)).toMatchObject({
      posted: 0,
      left_alone: { ...NONE_LEFT, no_longer_priced: 1 },
      unpriced_requests: 0,
    });
    expect(await totalOf(pool)).toBe("0.002");
  }));

test("a run that knows of no prices of the app's own leaves alone what they priced", () =>
  withDatabase(async ({ pool }) => {
    const { model, tokens, platform, startedAtMs: atMs } = aRecord();
    const recorded = costOf(CONTRACT, { model, tokens, platform, atMs });
    await store(pool, aRecord(recorded), aCall());
    await run(pool, CONTRACT);
    expect(await run(pool, BOOK)).toMatchObject({
      posted: 0,
      left_alone: { ...NONE_LEFT, own_price: 2 },
    });
    expect(await totalOf(pool)).toBe("0.001");
  }));

test("a lower bound stays one, at the new price", () =>
  withDatabase(async ({ pool }) => {
    const cost = { ...UNPRICED, ...SECRET };
    await store(pool, aRecord({ ...cost, usageStatus: "partial", httpStatusCode: 200 }));
    await run(pool, RELEASED);
    expect(await rowsOf(pool, "entry = 'adjustment'")).toMatchObject([
      { price_status: "partial", estimated_cost_usd: "0.002000000000" },
    ]);
  }));

test("the price is that of the tier, platform and items of the row", () =>
  withDatabase(async ({ pool }) => {
    const items = [{ kind: "google_search", quantity: 2, cost: undefined }] as const;
    await store(pool, aRecord({ ...SECRET, items, serviceTier: "batch" }));
    const input = { id: "gemini-9-secret", input: "1", cacheRead: "0.1", output: "5" };
    const book = BOOK.with([{ ...input, items: { google_search: "0.014" } }]);
    // Half of $0.002, estimated; and two searches at $0.014
    expect(await run(pool, book)).toMatchObject({ changed: { after_usd: "0.029" } });
    expect(await rowsOf(pool, "entry = 'adjustment'")).toMatchObject([
      { price_status: "estimated" },
    ]);
  }));

test("storage is priced again too, also where it takes back what was booked", () =>
  withDatabase(async ({ pool }) => {
    const items = [{ kind: "cache_token_second", quantity: -3_600_000, cost: -1n }] as const;
    const cost = { cost: -1n, priceStatus: "priced", priceVersion: "old" } as const;
    await store(pool, aRecord({ ...cost, entry: "storage", tokens: undefined, items }));
    // 1,000 tokens kept an hour less, at $1 per million tokens and hour
    expect(await run(pool, BOOK)).toMatchObject({ posted: 1, changed: { after_usd: "-0.001" } });
    expect(await totalOf(pool)).toBe("-0.001");
  }));

test.each<[keyof typeof NONE_LEFT, Partial<UsageRecord>]>([
  ["free", { cost: 0n, priceStatus: "free", priceVersion: undefined }],
  ["free", { ...UNPRICED, status: "error", httpStatusCode: 429 }],
  ["http_rule", { priceVersion: "rule:openweathermap/weather", tokens: undefined }],
  ["given", { cost: 5n, priceStatus: "priced", priceVersion: undefined }],
  ["no_usage", { ...UNPRICED, tokens: undefined, usageStatus: "missing" }],
  ["no_price", SECRET],
])("a row is left alone as %s: %o", (reason, overrides) =>
  withDatabase(async ({ pool }) => {
    await store(pool, aRecord(overrides));
    const report = await run(pool, CONTRACT);
    expect(report).toMatchObject({ rows: 1, posted: 0, changed: { rows: 0 } });
    expect(report.left_alone).toEqual({ ...NONE_LEFT, [reason]: 1 });
  }),
);

test("work handed in is not looked at", () =>
  withDatabase(async ({ pool }) => {
    await store(pool, aCall({ entry: "job", resourceName: "batches/1" }));
    expect(await run(pool, CONTRACT)).toMatchObject({ rows: 0, posted: 0 });
  }));

test("a dry run finds the same, and posts nothing", () =>
  withDatabase(async ({ pool }) => {
    await store(pool, aCall(), aRecord(SECRET));
    const dry = await run(pool, CONTRACT, { dryRun: true });
    expect(await rowsOf(pool, "entry = 'adjustment'")).toEqual([]);
    expect(dry).toMatchObject({ dry_run: true, posted: 0 });
    expect(await run(pool, CONTRACT)).toEqual({ ...dry, dry_run: false, posted: 1 });
  }));

test.each<[string, Partial<RepricingOptions>, number]>([
  ["of all", {}, 4],
  ["of one brand", { brand: "beta" }, 1],
  ["of one model", { model: "gemini-9-secret" }, 1],
  ["from a moment on", { since: "2026-11-24T12:00:00.000Z" }, 3],
  ["until before a moment", { until: "2026-11-24T12:00:00.000Z" }, 1],
])("rows %s are computed again", (_which, options, rows) =>
  withDatabase(async ({ pool }) => {
    const startedAtMs = NOON_MS - 1;
    await store(pool, aCall({ startedAtMs }), aCall(), aCall({ brand: "beta" }), aRecord(SECRET));
    expect(await run(pool, CONTRACT, options)).toMatchObject({ rows });
  }),
);

describe("many rows", () => {
  test("are done in batches, each once", () =>
    withDatabase(async ({ pool }) => {
      const brands = ["acme", "beta", "gamma"];
      const calls = Array.from({ length: 2_500 }, (_, at) =>
        aCall({ brand: brands[at % 3] ?? "", startedAtMs: NOON_MS + (at % 7) }),
      );
      await store(pool, ...calls);
      // 2,500 × $0.0003 less
      expect(await run(pool, CONTRACT)).toMatchObject({
        rows: 2_500,
        posted: 2_500,
        changed: { rows: 2_500, before_usd: "2", after_usd: "1.25", difference_usd: "-0.75" },
        by_model_and_brand: [{ rows: 834 }, { rows: 833 }, { rows: 833 }],
      });
      expect(await totalOf(pool)).toBe("1.25");
    }));

  test("are adjusted once by two repricers at a time", () =>
    withDatabase(async ({ pool }) => {
      await store(pool, ...Array.from({ length: 1_500 }, () => aCall()));
      const [one, other] = await Promise.all([run(pool, CONTRACT), run(pool, CONTRACT)]);
      expect(one.posted + other.posted).toBe(1_500);
      // 1,500 × $0.0005
      expect(await totalOf(pool)).toBe("0.75");
    }));
});

test("whatever was recorded is found at the same cost, and then costs what another book says", () =>
  withDatabase(async ({ pool }) => {
    const period = { since: "2025-01-01T00:00:00Z", until: "2028-01-01T00:00:00Z" };
    const anyUsages = fc.array(anyBilledUsage(), { minLength: 10, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(anyUsages, async (usages) => {
        await emptyLedger(pool);
        await store(pool, ...usages.map(recordOf));
        expect(await run(pool, BOOK, period)).toMatchObject({ posted: 0, changed: { rows: 0 } });
        await run(pool, CONTRACT, period);
        // What the contract has no price for, such as a search without tokens, keeps its cost.
        const costs = usages.map(
          (usage) => costOf(CONTRACT, usage).cost ?? costOf(BOOK, usage).cost ?? 0n,
        );
        const sum = costs.reduce((total, cost) => total + cost, 0n);
        expect(await totalOf(pool)).toBe(toUsdString(sum));
      }),
      { numRuns: 15 },
    );
  }));

test("amounts that no double holds come out exactly", () =>
  withDatabase(async ({ pool }) => {
    const cost = { cost: 99_999_999_999_999_999_999n, priceStatus: "priced" } as const;
    await store(pool, aRecord({ ...cost, tokens: tokensOf({ input: 1 }) }));
    // $0.0000003 for one token
    expect(await run(pool, BOOK)).toMatchObject({
      changed: { difference_usd: "-99999999.999999699999" },
    });
    expect(await totalOf(pool)).toBe("0.0000003");
  }));
