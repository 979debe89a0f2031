/** The bounds of scrapes, against the most that a process shows: a scrape beyond its bound is lost as a whole. */
import { expect, test } from "vitest";

import { SETTINGS } from "../../prometheus/source/settings.ts";
import type { MetricFamily } from "../../src/metrics/family.ts";
import { ledgerFamilies } from "../../src/metrics/ledger-spend.ts";
import { createPrometheusText } from "../../src/metrics/prometheus.ts";
import { UsageTotals } from "../../src/metrics/totals.ts";
import { KeptLogger } from "../support/logger.ts";
import { aRecord, NOON_MS } from "../support/record.ts";
import { yamlIn } from "./parsed.ts";

interface ScrapeJobs {
  readonly scrape_configs: readonly { readonly job_name: string; readonly sample_limit?: number }[];
}

function limitOf(job: string): number | undefined {
  const { scrape_configs: jobs } = yamlIn<ScrapeJobs>("prometheus/prometheus.yml");
  return jobs.find(({ job_name }) => job_name === job)?.sample_limit;
}

async function samplesIn(families: readonly MetricFamily[]): Promise<number> {
  const logger = new KeptLogger();
  const text = await createPrometheusText({ sources: [() => families], logger })();
  return text.split("\n").filter((line) => line !== "" && !line.startsWith("#")).length;
}

function numbered(name: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, at) => `${name}-${at}`);
}

test("an app's is above 5,000 series a metric, each with latencies of its own", async () => {
  const totals = new UsageTotals();
  for (const endpoint of numbered("endpoint", 100)) {
    for (const model of numbered("model", 50)) {
      totals.add(aRecord({ endpoint, model, timeToFirstChunkMs: 100 }));
    }
  }
  const samples = await samplesIn(totals.families());
  // A request, money and five kinds of tokens; and twice 15 buckets, a count and a sum.
  expect(samples).toBeGreaterThan(5_000 * (7 + 34));
  expect(samples).toBeLessThan(limitOf(SETTINGS.appJob) ?? 0);
});

test("the ledger's is above 500 brands with every budget, and 5,000 brands and models", async () => {
  const warnings = [0.5, 0.6, 0.7, 0.8, 0.9].map((share) => ({ share, amount: 1n }));
  const budget = { amount: 1n, warnings };
  const days = { fromMs: NOON_MS, toMs: NOON_MS + 1, cost: 1n, budget };
  const brands = numbered("brand", 500).map((brand) => ({
    brand,
    periods: ["day", "week", "month"].map((period) => ({ period, ...days })),
    windows: ["1d", "7d"].map((window) => ({ window, lengthMs: 1, cost: 1n })),
  }));
  const models = brands.flatMap(({ brand }) =>
    numbered("model", 10).map((model) => ({ brand, model, cost: 1n })),
  );
  const spend = { readAtMs: NOON_MS, brands, models, budgetsAreSound: true };
  const samples = await samplesIn(
    ledgerFamilies(spend, { labelLimits: { brand: 500 }, maxSeries: 5_000 }),
  );
  // Cost, bounds, budget and five warnings of three periods; cost and length of two windows.
  expect(samples).toBeGreaterThan(500 * (3 * (4 + 5) + 2 * 2) + 5_000);
  expect(samples).toBeLessThan(limitOf(SETTINGS.ledgerJob) ?? 0);
});
