import fc from "fast-check";
import { expect, test } from "vitest";

import { toUsdNumber } from "../../src/base/money.ts";
import { isHistogram, type NumberPoint } from "../../src/metrics/family.ts";
import { UsageTotals } from "../../src/metrics/totals.ts";
import { STATUSES, type UsageRecord } from "../../src/usage/record.ts";
import { inputTokens, outputTokens } from "../../src/usage/tokens.ts";
import { aRecord } from "../support/record.ts";
import { anyTokens } from "../support/tokens.ts";

const FLASH = { provider: "google_ai", endpoint: "chat", model: "gemini-2.5-flash", brand: "acme" };

test("calls, tokens and money add up under the labels of the record", () => {
  const totals = new UsageTotals();
  totals.add(aRecord({ tokens: { input: 1, cachedInput: 2, toolUse: 3, output: 4, thinking: 5 } }));
  totals.add(aRecord({ tokens: undefined, cost: 1n }));
  const labels = { ...FLASH, status: "success" };
  expect(countsOf(totals)).toEqual([{ labels, value: 2 }]);
  expect(pointsOf(totals, "api_usage_tokens_total")).toEqual([
    { labels: { ...labels, kind: "input" }, value: 1 },
    { labels: { ...labels, kind: "cached_input" }, value: 2 },
    { labels: { ...labels, kind: "tool_use" }, value: 3 },
    { labels: { ...labels, kind: "output" }, value: 4 },
    { labels: { ...labels, kind: "thinking" }, value: 5 },
  ]);
  // $0.0008 and one picodollar
  expect(pointsOf(totals, "api_usage_cost_usd_total")).toEqual([{ labels, value: 0.000800000001 }]);
});

test("the sum of 100,000 costs is shown as the double nearest to it", () => {
  const totals = new UsageTotals();
  const cost = fc.bigInt({ min: 0n, max: 5_000_000_000_000n });
  let exact = 0n;
  for (const amount of fc.sample(cost, 100_000)) {
    totals.add(aRecord({ cost: amount }));
    exact += amount;
  }
  expect(valuesOf(totals, "api_usage_cost_usd_total")).toEqual([toUsdNumber(exact)]);
});

test("a tenth and two tenths of a dollar are three tenths", () => {
  const totals = new UsageTotals();
  totals.add(aRecord({ cost: 100_000_000_000n }));
  totals.add(aRecord({ cost: 200_000_000_000n }));
  expect(valuesOf(totals, "api_usage_cost_usd_total")).toEqual([0.3]);
});

test("a call of unknown cost is counted as such under its model, and adds nothing to the money", () => {
  const totals = new UsageTotals();
  totals.add(aRecord({ model: "gemini-9", cost: undefined, priceStatus: "unpriced" }));
  totals.add(aRecord({ cost: 0n, priceStatus: "free" }));
  expect(pointsOf(totals, "api_usage_unpriced_requests_total")).toEqual([
    { labels: { model: "gemini-9" }, value: 1 },
    { labels: { model: "gemini-2.5-flash" }, value: 0 },
  ]);
  expect(valuesOf(totals, "api_usage_cost_usd_total")).toEqual([0, 0]);
});

test("known brands and models stand at 0 before their first call, and their first call is counted there", () => {
  const totals = new UsageTotals();
  totals.initialise({
    provider: "google_ai",
    endpoint: "chat",
    models: ["gemini-2.5-flash", "gemini-2.5-pro"],
    brands: ["acme", "globex"],
  });
  expect(valuesOf(totals, "api_usage_cost_usd_total")).toEqual([0, 0, 0, 0]);
  // five ways to end each
  expect(valuesOf(totals, "api_usage_requests_total")).toEqual(Array.from({ length: 20 }, () => 0));
  // five kinds of tokens each
  expect(valuesOf(totals, "api_usage_tokens_total")).toEqual(Array.from({ length: 20 }, () => 0));
  totals.add(aRecord());
  expect(countsOf(totals)).toEqual([{ labels: { ...FLASH, status: "success" }, value: 1 }]);
  expect(pointsOf(totals, "api_usage_requests_total")).toHaveLength(20);
});

test("the ways in which calls of a brand have not ended yet stand at 0, so that the first is seen to rise", () => {
  const totals = new UsageTotals();
  totals.add(aRecord());
  const known = pointsOf(totals, "api_usage_requests_total");
  expect(known).toEqual(
    Object.entries({ success: 1, error: 0, timeout: 0, cancelled: 0, blocked: 0 }).map(
      ([status, value]) => ({ labels: { ...FLASH, status }, value }),
    ),
  );
  totals.add(aRecord({ status: "timeout" }));
  const later = pointsOf(totals, "api_usage_requests_total");
  expect(new Set(later.map(({ labels }) => JSON.stringify(labels)))).toEqual(
    new Set(known.map(({ labels }) => JSON.stringify(labels))),
  );
  expect(countsOf(totals).map(({ labels, value }) => [labels["status"], value])).toEqual([
    ["success", 1],
    ["timeout", 1],
  ]);
  // Tokens and money have a series once a call ended so: they would be six lines more for each ending.
  expect(pointsOf(totals, "api_usage_cost_usd_total")).toHaveLength(2);
});

test("endings that are still to come leave the room to those that are not", () => {
  const totals = new UsageTotals({ maxSeries: 3 });
  totals.add(aRecord());
  expect(valuesOf(totals, "api_usage_requests_total")).toEqual([1, 0, 0]);
  for (const brand of ["globex", "initech"]) totals.add(aRecord({ brand }));
  expect(valuesOf(totals, "api_usage_requests_total")).toEqual([1, 1, 1]);
  expect(overflowOf(totals)).toMatchObject({ series: 0 });
});

test("known brands beyond a bound take no room and count as no overflow", () => {
  const totals = new UsageTotals({ labelLimits: { brand: 1 } });
  totals.initialise({
    provider: "google_ai",
    endpoint: "chat",
    models: ["gemini-2.5-flash"],
    brands: ["acme", "globex"],
  });
  expect(pointsOf(totals, "api_usage_cost_usd_total")).toEqual([
    { labels: { ...FLASH, status: "success" }, value: 0 },
  ]);
  expect(overflowOf(totals)).toEqual({ provider: 0, endpoint: 0, model: 0, brand: 0, series: 0 });
});

test("calls of brands beyond the bound are counted under _other, and how many they were", () => {
  const totals = new UsageTotals({ labelLimits: { brand: 1 } });
  for (const brand of ["acme", "globex", "initech", "globex"]) totals.add(aRecord({ brand }));
  expect(countsOf(totals)).toEqual([
    { labels: { ...FLASH, status: "success" }, value: 1 },
    { labels: { ...FLASH, brand: "_other", status: "success" }, value: 3 },
  ]);
  expect(overflowOf(totals)).toMatchObject({ brand: 3, series: 0 });
});

test("when all series are taken, new combinations are counted in one that keeps the status", () => {
  const totals = new UsageTotals({ maxSeries: 1 });
  totals.add(aRecord());
  totals.add(aRecord({ model: "gemini-2.5-pro" }));
  totals.add(aRecord({ endpoint: "extract" }));
  totals.add(aRecord({ endpoint: "extract", status: "error" }));
  const other = { provider: "_other", endpoint: "_other", model: "_other", brand: "_other" };
  expect(pointsOf(totals, "api_usage_requests_total")).toEqual([
    { labels: { ...FLASH, status: "success" }, value: 1 },
    { labels: { ...other, status: "success" }, value: 2 },
    { labels: { ...other, status: "error" }, value: 1 },
  ]);
  expect(overflowOf(totals)).toMatchObject({ series: 3 });
});

test("a call whose model is not known is counted under unknown", () => {
  const totals = new UsageTotals();
  totals.add(aRecord({ model: undefined }));
  expect(pointsOf(totals, "api_usage_requests_total")[0]!.labels["model"]).toBe("unknown");
});

test("latencies are shared by the brands, in seconds, streams alone having a first chunk", () => {
  const totals = new UsageTotals();
  totals.add(aRecord({ brand: "acme", durationMs: 500 }));
  totals.add(aRecord({ brand: "globex", durationMs: 1_500, timeToFirstChunkMs: 250 }));
  const { brand: _, ...labels } = { ...FLASH, status: "success" };
  expect(histogramsOf(totals)).toEqual({
    api_usage_request_duration_seconds: [expect.objectContaining({ labels, count: 2, sum: 2 })],
    api_usage_time_to_first_chunk_seconds: [
      expect.objectContaining({ labels, count: 1, sum: 0.25 }),
    ],
  });
});

test("whatever the labels and however tight the bounds, nothing is lost and the bounds hold", () => {
  const few = fc.constantFrom("a", "b", "c", "d\n", "", "_other", "\ud800");
  const record = fc
    .record({
      provider: few,
      endpoint: few,
      model: fc.option(few, { nil: undefined }),
      brand: few,
      status: fc.constantFrom(...STATUSES),
      tokens: fc.option(anyTokens(1_000_000), { nil: undefined }),
      cost: fc.option(fc.bigInt({ min: 0n, max: 10n ** 15n }), { nil: undefined }),
    })
    .map((overrides): UsageRecord => aRecord(overrides));
  const limit = fc.integer({ min: 0, max: 3 });
  const limits = fc.record({ provider: limit, endpoint: limit, model: limit, brand: limit });
  const maxSeries = fc.integer({ min: 1, max: 8 });

  fc.assert(
    fc.property(fc.array(record), limits, maxSeries, (records, labelLimits, most) => {
      const totals = new UsageTotals({ labelLimits, maxSeries: most });
      for (const one of records) totals.add(one);

      const costs = pointsOf(totals, "api_usage_cost_usd_total").map(({ value }) =>
        BigInt(Math.round(value * 1e12)),
      );
      expect(sum(valuesOf(totals, "api_usage_requests_total"))).toBe(records.length);
      expect(costs.reduce((a, b) => a + b, 0n)).toBe(
        records.reduce((total, { cost = 0n }) => total + cost, 0n),
      );
      expect(sum(valuesOf(totals, "api_usage_tokens_total"))).toBe(
        sum(records.map(({ tokens: t }) => (t ? inputTokens(t) + outputTokens(t) : 0))),
      );
      expect(sum(valuesOf(totals, "api_usage_unpriced_requests_total"))).toBe(
        records.filter(({ cost }) => cost === undefined).length,
      );

      const series = pointsOf(totals, "api_usage_requests_total");
      // beyond the bound, one for each status
      expect(series.length).toBeLessThanOrEqual(most + STATUSES.length);
      expect(new Set(series.map(({ labels }) => JSON.stringify(labels))).size).toBe(series.length);
      for (const [label, bound] of Object.entries(labelLimits)) {
        const values = new Set(series.map(({ labels }) => labels[label]));
        values.delete("_other");
        expect(values.size).toBeLessThanOrEqual(bound);
      }
    }),
  );
});

/** How many calls there were, by their labels. */
function countsOf(totals: UsageTotals): readonly NumberPoint[] {
  return pointsOf(totals, "api_usage_requests_total").filter(({ value }) => value > 0);
}

function pointsOf(totals: UsageTotals, name: string): readonly NumberPoint[] {
  return totals
    .families()
    .flatMap((family) => (family.spec.name === name && !isHistogram(family) ? family.points : []));
}

function valuesOf(totals: UsageTotals, name: string): readonly number[] {
  return pointsOf(totals, name).map(({ value }) => value);
}

function overflowOf(totals: UsageTotals): Record<string, number> {
  const points = pointsOf(totals, "api_usage_label_overflow_total");
  return Object.fromEntries(points.map(({ labels, value }) => [labels["label"], value]));
}

function histogramsOf(totals: UsageTotals): object {
  const families = totals.families().filter(isHistogram);
  return Object.fromEntries(families.map(({ spec, points }) => [spec.name, points]));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
