import { expect, test } from "vitest";

import type { APIUsageInsert, RecordParts } from "../../src/usage/api-usage.ts";
import { recordOf } from "../../src/usage/api-usage.ts";
import { withUsage } from "../../src/usage/tags.ts";
import { NOON_MS } from "../support/record.ts";

const ID = "0198c0de-0000-7000-8000-000000000001";
const BRAND_ID = "0198c0de-0000-7000-8000-00000000b0a2";
const WEATHER = { api_provider: "openweathermap", api_endpoint: "/data/2.5/weather" } as const;

const parts: RecordParts = {
  clock: { now: () => NOON_MS, monotonicMs: () => 0 },
  newId: () => ID,
  price: () => ({ cost: 7n, priceStatus: "priced", priceVersion: "list", items: [] }),
};

test("the least that is needed makes a whole record", () => {
  expect(recordOf(WEATHER, parts)).toEqual({
    id: ID,
    entry: "call",
    provider: "openweathermap",
    platform: undefined,
    endpoint: "/data/2.5/weather",
    operation: "/data/2.5/weather",
    requestedModel: undefined,
    model: undefined,
    resourceName: undefined,
    tokens: undefined,
    usageStatus: "missing",
    serviceTier: undefined,
    brand: "unattributed",
    campaign: undefined,
    user: undefined,
    keyFingerprint: undefined,
    status: "success",
    errorType: undefined,
    errorMessage: undefined,
    httpStatusCode: undefined,
    streaming: false,
    attempt: 1,
    startedAtMs: NOON_MS,
    durationMs: 0,
    timeToFirstChunkMs: undefined,
    traceId: undefined,
    spanId: undefined,
    cost: undefined,
    priceStatus: "unpriced",
    priceVersion: undefined,
    items: [],
  });
});

test("tags of the enclosing `withUsage` hold unless others are given", () => {
  const record = withUsage({ brand: "acme", campaign: "spring" }, () =>
    recordOf({ ...WEATHER, campaign: "autumn", user: "u-17" }, parts),
  );
  expect(record).toMatchObject({ brand: "acme", campaign: "autumn", user: "u-17" });
});

test("an id stands in for a tag", () => {
  const ids = { brand_id: BRAND_ID, campaign_id: ID, user_id: ID };
  expect(recordOf({ ...WEATHER, ...ids }, parts)).toMatchObject({
    brand: BRAND_ID,
    campaign: ID,
    user: ID,
  });
});

test("a model and tokens are priced at the list price of their day", () => {
  const asked: unknown[] = [];
  const price: RecordParts["price"] = (...question) => {
    asked.push(question);
    return { cost: 7n, priceStatus: "priced", priceVersion: "list", items: [] };
  };
  const insert = {
    ...WEATHER,
    model: "gemini-2.5-flash",
    input_tokens: 1_000,
    created_at: "2026-11-01T00:00:00Z",
  };
  const tokens = { input: 1_000, cachedInput: 0, toolUse: 0, output: 0, thinking: 0 };
  expect(recordOf(insert, { ...parts, price })).toMatchObject({
    tokens,
    usageStatus: "final",
    cost: 7n,
    priceVersion: "list",
  });
  expect(asked).toEqual([["gemini-2.5-flash", tokens, Date.UTC(2026, 10, 1)]]);
});

test.each<[string | number, bigint]>([
  ["0.0015", 1_500_000_000n],
  [0.0015, 1_500_000_000n],
  [0, 0n],
  [0.1 + 0.2, 300_000_000_000n], // 0.30000000000000004
  [1e-7, 100_000n],
  [1.5e-12, 2n], // finer than a picodollar: rounded
  [12_345_678.9, 12_345_678_900_000_000_000n],
])("a cost of %s US dollars is %s picodollars", (estimated_cost_usd, cost) => {
  const insert = { ...WEATHER, model: "gemini-2.5-flash", input_tokens: 1, estimated_cost_usd };
  expect(recordOf(insert, parts)).toMatchObject({
    cost,
    priceStatus: "priced",
    priceVersion: undefined,
  });
});

test("a call started as long ago as it took, unless the app knows better", () => {
  expect(recordOf({ ...WEATHER, request_duration_ms: 250.4 }, parts).startedAtMs).toBe(
    NOON_MS - 250,
  );
  const created_at = new Date(NOON_MS - 5_000);
  expect(recordOf({ ...WEATHER, request_duration_ms: 250, created_at }, parts)).toMatchObject({
    startedAtMs: NOON_MS - 5_000,
    durationMs: 250,
  });
});

test("an error message makes an error, and loses its keys", () => {
  const error_message = "GET https://api.openweathermap.org/data/2.5/weather?appid=5f2b1c failed";
  const record = recordOf({ ...WEATHER, error_message }, parts);
  expect(record).toMatchObject({ status: "error", errorType: "error" });
  expect(record.errorMessage).not.toContain("5f2b1c");
  expect(recordOf({ ...WEATHER, error_message, status: "timeout" }, parts)).toMatchObject({
    status: "timeout",
    errorType: "timeout",
  });
});

test("null is the same as absent", () => {
  const nulls = {
    model: null,
    input_tokens: null,
    estimated_cost_usd: null,
    brand: null,
    created_at: null,
  };
  expect(recordOf({ ...WEATHER, ...nulls }, parts)).toEqual(recordOf(WEATHER, parts));
});

test.each<[string, unknown]>([
  ["api_provider", undefined],
  ["api_provider", ""],
  ["api_endpoint", "x".repeat(129)],
  ["model", 5],
  ["input_tokens", -1],
  ["input_tokens", 1e12 + 1],
  ["output_tokens", 1.5],
  ["estimated_cost_usd", -0.01],
  ["estimated_cost_usd", Number.POSITIVE_INFINITY],
  ["estimated_cost_usd", "1,50"],
  ["estimated_cost_usd", 100_000_000],
  ["brand", "a\nb"],
  ["brand_id", "acme"],
  ["request_duration_ms", Number.NaN],
  ["request_duration_ms", 1e16],
  ["status", "ok"],
  ["created_at", "yesterday"],
  ["created_at", "2026-02-30T00:00:00Z"],
  ["created_at", "1"],
  ["created_at", new Date(Number.NaN)],
  ["created_at", "1969-12-31T23:59:59.999Z"],
  ["created_at", "+010000-01-01T00:00:00Z"],
  ["created_at", { toISOString: () => "2026-11-24T12:00:00Z", valueOf: () => 1e300 }],
])("`%s` of %o is refused by name", (field, value) => {
  expect(() => recordOf({ ...WEATHER, [field]: value }, parts)).toThrow(
    new RegExp(`^ERR_USAGE_INVALID: .*\`${field}\``),
  );
});

test("every fault is named", () => {
  const insert = {
    api_provider: "",
    api_endpoint: "x",
    input_tokens: -1,
    brand: "acme",
    brand_id: BRAND_ID,
  } as APIUsageInsert;
  expect(() => recordOf(insert, parts)).toThrow(
    /^ERR_USAGE_INVALID: .*`api_provider`.*; .*`input_tokens`.*; .*`brand` and `brand_id`/,
  );
});
