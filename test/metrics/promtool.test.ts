/** Prometheus' own judgement of a page. It needs `promtool`: `apt-get install prometheus`. */
import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";

import { pipelineFamilies } from "../../src/metrics/pipeline-health.ts";
import { createPrometheusText } from "../../src/metrics/prometheus.ts";
import { UsageTotals } from "../../src/metrics/totals.ts";
import { KeptLogger } from "../support/logger.ts";
import { aLedgerSpend, aPipeline, gaugesOf, ODD_LABELS, someFigures } from "../support/metrics.ts";
import { aRecord } from "../support/record.ts";

test("promtool has nothing to say about a page, whatever its labels hold", async () => {
  const totals = new UsageTotals();
  for (const model of ODD_LABELS) totals.add(aRecord({ model, timeToFirstChunkMs: 1 }));
  const gauges = await gaugesOf(
    aLedgerSpend({ brands: ODD_LABELS.map((label) => someFigures(label)) }),
  );
  const sources = [
    () => totals.families(),
    () => pipelineFamilies(aPipeline()),
    () => gauges.families(),
  ];
  const text = createPrometheusText({ sources, logger: new KeptLogger() });
  const promtool = spawnSync("promtool", ["check", "metrics"], {
    input: await text(),
    encoding: "utf8",
  });
  expect(promtool.error).toBeUndefined();
  expect({ status: promtool.status, said: promtool.stdout + promtool.stderr }).toEqual({
    status: 0,
    said: "",
  });
});
