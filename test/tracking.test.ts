import { expect, test, vi } from "vitest";

import {
  type APIUsageInsert,
  calculateCost,
  type CostQuery,
  createTimer,
  getUsageStats,
  trackAPIUsage,
  withUsage,
} from "../src/index.ts";
import { withDatabase } from "./support/database.ts";
import { samplesOf } from "./support/exposition.ts";
import { initialised } from "./support/initialised.ts";

const FLASH: CostQuery = {
  model: "gemini-2.5-flash",
  input_tokens: 1_000,
  output_tokens: 500,
  at: "2026-11-24T12:00:00Z",
};

test.each<[string, Partial<CostQuery>, string]>([
  // 1 000 × $0.30/M + 500 × $2.50/M = $0.0003 + $0.00125
  ["tokens in and out", {}, "0.00155"],
  // 600 × $0.30/M + 400 × $0.03/M + 500 × $2.50/M = $0.00018 + $0.000012 + $0.00125
  ["tokens from a cache", { cached_input_tokens: 400 }, "0.001442"],
  ["no tokens at all", { input_tokens: 0, output_tokens: 0 }, "0"],
  // 1 × $0.30/M: no number of doubles would print it so
  ["a single token", { input_tokens: 1, output_tokens: 0 }, "0.0000003"],
  // Above 200 000 tokens all of the prompt is $4.00/M: 250 000 × $4.00/M
  [
    "a long prompt",
    { model: "gemini-3.1-pro-preview", input_tokens: 250_000, output_tokens: 0 },
    "1",
  ],
])("calculateCost prices %s by the list", (_, query, costUsd) => {
  expect(calculateCost({ ...FLASH, ...query })).toMatchObject({
    cost_usd: costUsd,
    price_status: "priced",
    price_version: expect.stringContaining(query.model ?? FLASH.model),
  });
});

test("calculateCost asks for the prices of the day: now, unless another is named", () => {
  const query = { model: "gemini-3.7-flash", input_tokens: 1_000_000, output_tokens: 100_000 };
  expect(calculateCost({ ...query, at: "2026-12-31T12:00:00Z" }).cost_usd).toBe("1.125");
  expect(calculateCost({ ...query, at: new Date("2027-01-02T12:00:00Z") }).cost_usd).toBe("2.25");
  vi.useFakeTimers({ now: new Date("2027-01-02T12:00:00Z") });
  try {
    expect(calculateCost(query).cost_usd).toBe("2.25");
  } finally {
    vi.useRealTimers();
  }
});

test("calculateCost knows no price for a model that nobody has heard of, and says so", () => {
  expect(calculateCost({ ...FLASH, model: "gemini-99" })).toEqual({
    cost_usd: null,
    price_status: "unpriced",
    price_version: null,
  });
});

test("calculateCost and trackAPIUsage know the app's own prices once init() was told of them", () =>
  withDatabase(async ({ pool, url }) => {
    expect(calculateCost(FLASH).cost_usd).toBe("0.00155");
    const own = { id: "gemini-2.5-flash", input: "0.20", output: "2.00" };
    const spendspan = initialised({ databaseUrl: url, prices: [own] });
    // 1 000 × $0.20/M + 500 × $2.00/M = $0.0002 + $0.001
    const { cost_usd, price_version } = calculateCost(FLASH);
    expect(cost_usd).toBe("0.0012");
    expect(price_version).toMatch(/^user:[0-9a-f]{8}\/gemini-2.5-flash@start\/standard$/);
    const { model, input_tokens, output_tokens, at } = FLASH;
    trackAPIUsage({
      api_provider: "google_ai",
      api_endpoint: "chat",
      model,
      input_tokens,
      output_tokens,
      created_at: at,
    });
    await spendspan.shutdown();
    const { rows } = await pool.query("select estimated_cost_usd, price_version from api_usage");
    expect(rows).toEqual([
      {
        estimated_cost_usd: "0.001200000000",
        // The row says itself which model it was.
        price_version: price_version?.replace("/gemini-2.5-flash", ""),
      },
    ]);
    expect(calculateCost(FLASH).cost_usd).toBe("0.00155");
  }));

test("a price changes at midnight by the clocks of `priceTimeZone`", () => {
  // From $0.75 to $1.50 on 2027-01-01: in Berlin nine hours before California.
  const query = { model: "gemini-3.8-flash", input_tokens: 1_000_000, output_tokens: 0 };
  const at = "2026-12-31T23:00:00Z";
  expect(calculateCost({ ...query, at }).cost_usd).toBe("0.75");
  initialised({ priceTimeZone: "Europe/Berlin" });
  expect(calculateCost({ ...query, at }).cost_usd).toBe("1.5");
  expect(calculateCost({ ...query, at: "2026-12-31T22:59:59.999Z" }).cost_usd).toBe("0.75");
});

test("calculateCost names every fault of a bad query", () => {
  const query = {
    model: "",
    input_tokens: -1,
    output_tokens: 1.5,
    cached_input_tokens: "3",
    at: "noon",
  };
  expect(() => calculateCost(query as unknown as CostQuery)).toThrow(
    expect.objectContaining({
      code: "ERR_USAGE_INVALID",
      message: expect.stringMatching(
        /`model`.*`input_tokens`.*got -1.*`output_tokens`.*got 1\.5.*`cached_input_tokens`.*`at`/,
      ),
    }),
  );
});

test("calculateCost refuses more cached tokens than went in", () => {
  expect(() => calculateCost({ ...FLASH, cached_input_tokens: 1_001 })).toThrow(
    "Expected `cached_input_tokens` to be at most `input_tokens`, got 1001 of 1000",
  );
});

test("trackAPIUsage makes a row and counts it, with the tags around it and the list price", () =>
  withDatabase(async ({ pool, url }) => {
    const spendspan = initialised({ databaseUrl: url });
    const id = withUsage({ brand: "acme", campaign: "spring" }, () =>
      trackAPIUsage({
        api_provider: "google_ai",
        api_endpoint: "chat",
        model: "gemini-2.5-flash",
        input_tokens: 1_000,
        output_tokens: 500,
        request_duration_ms: 812,
        created_at: FLASH.at,
      }),
    );
    await spendspan.flush();
    const { rows } = await pool.query(
      `select id, brand, campaign, api_endpoint, total_tokens, estimated_cost_usd, status,
         request_duration_ms, created_at from api_usage`,
    );
    expect(rows).toEqual([
      {
        id,
        brand: "acme",
        campaign: "spring",
        api_endpoint: "chat",
        total_tokens: "1500",
        estimated_cost_usd: "0.001550000000",
        status: "success",
        request_duration_ms: 812,
        created_at: new Date("2026-11-24T12:00:00Z"),
      },
    ]);
    expect(samplesOf(await spendspan.metrics(), "api_usage_cost_usd_total")).toEqual([
      {
        labels: {
          provider: "google_ai",
          endpoint: "chat",
          model: "gemini-2.5-flash",
          brand: "acme",
          status: "success",
        },
        value: 0.00155,
      },
    ]);
  }));

test("trackAPIUsage and calculateCost name a field that they don't know, and record nothing", async () => {
  const spendspan = initialised();
  const call = { api_provider: "google_ai", api_endpoint: "chat", modle: "gemini-2.5-flash" };
  expect(() => trackAPIUsage(call as APIUsageInsert)).toThrow(
    /^ERR_USAGE_INVALID: Expected a field of api_provider, .*created_at.*, got `modle`$/,
  );
  expect(samplesOf(await spendspan.metrics(), "api_usage_requests_total")).toEqual([]);
  const query = { ...FLASH, cached_tokens: 400 };
  expect(() => calculateCost(query)).toThrow(
    "ERR_USAGE_INVALID: Expected a field of model, input_tokens, output_tokens, cached_input_tokens, service_tier, at, got `cached_tokens`",
  );
});

test.each([undefined, null, "gemini-2.5-flash", ["gemini-2.5-flash"], 7])(
  "%j is no call, no cost to ask for, and no tags",
  (none) => {
    initialised();
    const refusal = "ERR_USAGE_INVALID: Expected an object of fields, got ";
    expect(() => trackAPIUsage(none as never)).toThrow(refusal);
    expect(() => calculateCost(none as never)).toThrow(refusal);
    expect(() => withUsage(none as never, () => 1)).toThrow("ERR_TAG: Expected ");
  },
);

test.each([null, "30", [30]])("%j is no query", async (none) => {
  initialised();
  await expect(getUsageStats(none as never)).rejects.toThrow(
    "ERR_QUERY: Expected a number of days, or an object with it and filters, got ",
  );
});

test("createTimer gives whole milliseconds, also when the wall clock steps back", () => {
  vi.useFakeTimers({ now: 1_000_000 });
  try {
    const elapsed = createTimer();
    expect(elapsed()).toBe(0);
    vi.advanceTimersByTime(1_234);
    vi.setSystemTime(0);
    expect(elapsed()).toBe(1_234);
    vi.advanceTimersByTime(1);
    expect(elapsed()).toBe(1_235);
  } finally {
    vi.useRealTimers();
  }
  const real = createTimer();
  expect(Number.isInteger(real())).toBe(true);
});

test("getUsageStats takes a number of days, filters, both, or neither", () =>
  withDatabase(async ({ url }) => {
    const spendspan = initialised({ databaseUrl: url });
    for (const [brand, costUsd] of [
      ["acme", "0.25"],
      ["acme", "0.5"],
      ["umbrella", "1"],
    ] as const) {
      trackAPIUsage({
        api_provider: "openweathermap",
        api_endpoint: "weather",
        brand,
        estimated_cost_usd: costUsd,
      });
    }
    await spendspan.flush();
    expect(await getUsageStats()).toMatchObject({ days: 30, total_requests: 3 });
    expect(await getUsageStats(7)).toMatchObject({
      days: 7,
      total_requests: 3,
      total_cost_usd: "1.75",
      by_brand: {
        acme: { requests: 2, cost_usd: "0.75" },
        umbrella: { requests: 1, cost_usd: "1" },
      },
    });
    expect(await getUsageStats({ brand: "acme" })).toMatchObject({ days: 30, total_requests: 2 });
    expect(await getUsageStats({ days: 1, brand: "umbrella" })).toMatchObject({
      days: 1,
      total_cost_usd: "1",
    });
    await expect(getUsageStats(0)).rejects.toThrow("ERR_QUERY: Expected `days`");
  }));

test("before init, and after shutdown, recording and reports say what is missing", async () => {
  const track = (): string => trackAPIUsage({ api_provider: "x", api_endpoint: "y" });
  const missing = "ERR_NOT_INITIALISED: Expected init() to be called before";
  expect(track).toThrow(`${missing} trackAPIUsage()`);
  await expect(getUsageStats(30)).rejects.toThrow(`${missing} getUsageStats()`);
  await initialised().shutdown();
  expect(track).toThrow(`${missing} trackAPIUsage()`);
});

test("without a database, reports say which one to name", async () => {
  initialised();
  await expect(getUsageStats(30)).rejects.toThrow("ERR_DATABASE: Expected a database");
});
