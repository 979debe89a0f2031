import { expect, test } from "vitest";

import { COLUMNS, rowOf } from "../../src/ledger/row.ts";
import { withDatabase } from "../support/database.ts";
import { aRecord, NOON_MS } from "../support/record.ts";

const BRAND = "0198c0de-0000-7000-8000-00000000b0a2";

test("a record becomes a row by its columns, its money as text", () => {
  const record = aRecord({
    id: "0198c0de-0000-7000-8000-000000000001",
    brand: BRAND,
    campaign: "spring",
    user: "u-17",
    tokens: {
      input: 700,
      cachedInput: 200,
      toolUse: 100,
      output: 150,
      thinking: 50,
      modalities: { input: { text: 442, image: 258 }, cachedInput: { text: 200 } },
    },
    cost: 1n,
    startedAtMs: NOON_MS + 7,
    durationMs: 812.123_456,
    streaming: true,
    timeToFirstChunkMs: 99.9,
  });
  expect(rowOf(record)).toEqual({
    id: "0198c0de-0000-7000-8000-000000000001",
    created_at: "2026-11-24T12:00:00.007Z",
    entry: "call",
    brand: BRAND,
    brand_id: BRAND,
    campaign: "spring",
    end_user: "u-17",
    api_provider: "google_ai",
    platform: "gemini_api",
    api_endpoint: "chat",
    operation: "generateContent",
    model: "gemini-2.5-flash",
    service_tier: "standard",
    // 700 + 200 + 100
    input_tokens: 1_000,
    // 150 + 50
    output_tokens: 200,
    cached_input_tokens: 200,
    tool_use_tokens: 100,
    thinking_tokens: 50,
    token_modalities: { input: { text: 442, image: 258 }, cached_input: "text" },
    usage_status: "final",
    estimated_cost_usd: "0.000000000001",
    price_status: "priced",
    price_version: "gemini-2.5-flash@2025-06-17",
    status: "success",
    http_status_code: 200,
    request_duration_ms: 812.123,
    time_to_first_chunk_ms: 99.9,
    streaming: true,
    attempt: 1,
    trace_id: "0af7651916cd43dd8448eb211c80319c",
    span_id: "b7ad6b7169203331",
  });
});

test("the model that was asked for is kept when another one answered", () => {
  const record = aRecord({ requestedModel: "gemini-flash-latest", model: "gemini-2.5-flash" });
  expect(rowOf(record)).toMatchObject({ requested_model: "gemini-flash-latest" });
});

test("what is not known is absent, and not 0", () => {
  const record = aRecord({
    tokens: undefined,
    usageStatus: "missing",
    cost: undefined,
    priceStatus: "unpriced",
  });
  const { input_tokens, output_tokens, thinking_tokens, estimated_cost_usd } = rowOf(record);
  for (const value of [input_tokens, output_tokens, thinking_tokens, estimated_cost_usd]) {
    expect(value).toBeUndefined();
  }
});

test("the columns are those of the table, but for the database's own and those of adjustments", () =>
  withDatabase(async ({ pool }) => {
    const { rows } = await pool.query(
      `select column_name, data_type from information_schema.columns
        where table_name = 'api_usage' and column_name not in
          ('total_tokens', 'ingested_at', 'adjusts_id', 'prior_price_status')`,
    );
    const types: Record<string, string> = { ...COLUMNS, created_at: "timestamp with time zone" };
    expect(Object.fromEntries(rows.map((row) => [row.column_name, row.data_type]))).toEqual(types);
  }));

test("every column of the table has a comment for people", () =>
  withDatabase(async ({ pool }) => {
    const { rows } = await pool.query(
      `select attname from pg_attribute
        where attrelid = 'api_usage'::regclass and attnum > 0 and not attisdropped
          and col_description(attrelid, attnum) is null`,
    );
    expect(rows).toEqual([]);
  }));
