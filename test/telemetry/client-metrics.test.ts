import { metrics } from "@opentelemetry/api";
import { afterEach, expect, test } from "vitest";

import { recordClientMetrics } from "../../src/telemetry/client-metrics.ts";
import { aCallStart, withMeterProvider } from "../support/otel.ts";
import { aRecord } from "../support/record.ts";

afterEach(() => metrics.disable());

const LABELS = {
  "gen_ai.operation.name": "generate_content",
  "gen_ai.provider.name": "gcp.gemini",
  "gen_ai.request.model": "gemini-2.5-flash",
  "gen_ai.response.model": "gemini-2.5-flash",
  "server.address": "generativelanguage.googleapis.com",
};
const DURATION = "gen_ai.client.operation.duration";
const TOKENS = "gen_ai.client.token.usage";

test("a finished call is in the conventions' histograms, in their units and buckets", () =>
  withMeterProvider(async (reader) => {
    recordClientMetrics(aCallStart(), aRecord({ durationMs: 812.5 }));
    expect(await reader.read(DURATION)).toEqual([
      {
        attributes: LABELS,
        value: expect.objectContaining({
          sum: 0.8125,
          count: 1,
          // 0.64 < 0.8125 <= 1.28, the eighth bound
          buckets: expect.objectContaining({
            counts: [0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0],
          }),
        }),
      },
    ]);
    expect(await reader.read(TOKENS)).toEqual([
      {
        attributes: { ...LABELS, "gen_ai.token.type": "input" },
        value: expect.objectContaining({ sum: 1_000, count: 1 }),
      },
      {
        attributes: { ...LABELS, "gen_ai.token.type": "output" },
        value: expect.objectContaining({ sum: 200, count: 1 }),
      },
    ]);
  }));

test("a failed call without usage has a duration with its type of error, and no tokens", () =>
  withMeterProvider(async (reader) => {
    const failed = { status: "error", errorType: "429", usageStatus: "missing" } as const;
    recordClientMetrics(aCallStart(), aRecord({ ...failed, tokens: undefined }));
    const { "gen_ai.response.model": _, ...labels } = LABELS;
    const points = await reader.read(DURATION);
    expect(points.map(({ attributes }) => attributes)).toEqual([
      { ...labels, "error.type": "429" },
    ]);
    expect(await reader.read(TOKENS)).toEqual([]);
  }));

test("a call to no model is none of the conventions' business", () =>
  withMeterProvider(async (reader) => {
    const start = aCallStart({ genAiOperation: undefined, genAiProvider: undefined });
    recordClientMetrics(start, aRecord());
    expect(await reader.read(DURATION)).toEqual([]);
  }));

test("a meter provider is used from when it is registered, and so is its successor", async () => {
  recordClientMetrics(aCallStart(), aRecord());
  for (let provider = 1; provider <= 2; provider++) {
    await withMeterProvider(async (reader) => {
      recordClientMetrics(aCallStart(), aRecord());
      expect(await reader.read(DURATION)).toMatchObject([{ value: { count: 1 } }]);
    });
  }
});
