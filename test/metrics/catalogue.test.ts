import { expect, test } from "vitest";

import { CONVENTION_METRICS, OWN_METRICS } from "../../src/metrics/catalogue.ts";
import type { MetricFamily } from "../../src/metrics/family.ts";
import { pipelineFamilies } from "../../src/metrics/pipeline-health.ts";
import { UsageTotals } from "../../src/metrics/totals.ts";
import { aLedgerSpend, aPipeline, gaugesOf } from "../support/metrics.ts";
import { aRecord } from "../support/record.ts";

test("every metric of ours is given by some source, in the order of the catalogue", async () => {
  const families = await familiesOf(new UsageTotals());
  expect(families.map(({ spec }) => spec.name)).toEqual(OWN_METRICS.map(({ name }) => name));
});

test("a metric carries the labels of its entry in the catalogue, in their order", async () => {
  const totals = new UsageTotals();
  totals.add(aRecord({ timeToFirstChunkMs: 1 }));
  for (const { spec, points } of await familiesOf(totals)) {
    expect(points.length).toBeGreaterThan(0);
    for (const { labels } of points) expect(Object.keys(labels)).toEqual(spec.labels);
  }
});

test("no label can hold a user, a campaign or an id", () => {
  const labels = [...OWN_METRICS, ...CONVENTION_METRICS].flatMap((spec) => spec.labels);
  expect(labels.filter((label) => /user|campaign|\bid\b/.test(label))).toEqual([]);
});

test("counters, and nothing else, end in _total", () => {
  for (const { name, kind } of OWN_METRICS)
    expect(name.endsWith("_total")).toBe(kind === "counter");
});

test("buckets ascend", () => {
  for (const spec of [...OWN_METRICS, ...CONVENTION_METRICS]) {
    if (spec.kind !== "histogram") continue;
    expect(spec.buckets).toEqual(spec.buckets.toSorted((a, b) => a - b));
  }
});

async function familiesOf(totals: UsageTotals): Promise<readonly MetricFamily[]> {
  const gauges = await gaugesOf(aLedgerSpend());
  return [...totals.families(), ...pipelineFamilies(aPipeline()), ...gauges.families()];
}
