import { expect, test } from "vitest";

import { toUsdString } from "../../src/base/money.ts";
import type { MetricSource } from "../../src/metrics/family.ts";
import { pipelineFamilies } from "../../src/metrics/pipeline-health.ts";
import { createPrometheusText } from "../../src/metrics/prometheus.ts";
import { UsageTotals } from "../../src/metrics/totals.ts";
import { KeptLogger } from "../support/logger.ts";
import { aPipeline, ODD_LABELS } from "../support/metrics.ts";
import { aRecord } from "../support/record.ts";

const CALL = 'provider="google_ai",endpoint="chat",model="gemini-2.5-flash",brand="acme"';
const LABELS = `${CALL},status="success"`;
const LATENCY = 'provider="google_ai",endpoint="chat",model="gemini-2.5-flash",status="success"';

const PAGE = `\
# HELP api_usage_requests_total Finished calls to a provider.
# UNIT api_usage_requests_total {request}
# TYPE api_usage_requests_total counter
api_usage_requests_total{${LABELS}} 1
api_usage_requests_total{${CALL},status="error"} 0
api_usage_requests_total{${CALL},status="timeout"} 0
api_usage_requests_total{${CALL},status="cancelled"} 0
api_usage_requests_total{${CALL},status="blocked"} 0
# HELP api_usage_tokens_total Tokens by kind: input, cached_input, tool_use, output, thinking. Each token is counted in one kind.
# UNIT api_usage_tokens_total {token}
# TYPE api_usage_tokens_total counter
api_usage_tokens_total{${LABELS},kind="input"} 1000
api_usage_tokens_total{${LABELS},kind="cached_input"} 0
api_usage_tokens_total{${LABELS},kind="tool_use"} 0
api_usage_tokens_total{${LABELS},kind="output"} 200
api_usage_tokens_total{${LABELS},kind="thinking"} 0
# HELP api_usage_cost_usd_total Cost of finished calls at list price, in US dollars. Calls of unknown cost are counted as unpriced instead.
# UNIT api_usage_cost_usd_total {USD}
# TYPE api_usage_cost_usd_total counter
api_usage_cost_usd_total{${LABELS}} 0.0008
# HELP api_usage_request_duration_seconds Time from sending a request to the end of its answer.
# UNIT api_usage_request_duration_seconds s
# TYPE api_usage_request_duration_seconds histogram
api_usage_request_duration_seconds_count{${LATENCY}} 1
api_usage_request_duration_seconds_sum{${LATENCY}} 0.8125
api_usage_request_duration_seconds_bucket{${LATENCY},le="0.01"} 0
api_usage_request_duration_seconds_bucket{${LATENCY},le="0.02"} 0
api_usage_request_duration_seconds_bucket{${LATENCY},le="0.04"} 0
api_usage_request_duration_seconds_bucket{${LATENCY},le="0.08"} 0
api_usage_request_duration_seconds_bucket{${LATENCY},le="0.16"} 0
api_usage_request_duration_seconds_bucket{${LATENCY},le="0.32"} 0
api_usage_request_duration_seconds_bucket{${LATENCY},le="0.64"} 0
api_usage_request_duration_seconds_bucket{${LATENCY},le="1.28"} 1
api_usage_request_duration_seconds_bucket{${LATENCY},le="2.56"} 1
api_usage_request_duration_seconds_bucket{${LATENCY},le="5.12"} 1
api_usage_request_duration_seconds_bucket{${LATENCY},le="10.24"} 1
api_usage_request_duration_seconds_bucket{${LATENCY},le="20.48"} 1
api_usage_request_duration_seconds_bucket{${LATENCY},le="40.96"} 1
api_usage_request_duration_seconds_bucket{${LATENCY},le="81.92"} 1
api_usage_request_duration_seconds_bucket{${LATENCY},le="+Inf"} 1
# HELP api_usage_unpriced_requests_total Finished calls whose cost is unknown, and so missing from the cost metric.
# UNIT api_usage_unpriced_requests_total {request}
# TYPE api_usage_unpriced_requests_total counter
api_usage_unpriced_requests_total{model="gemini-2.5-flash"} 0
# HELP api_usage_label_overflow_total Finished calls counted under _other, since a label had too many values (series: too many combinations).
# UNIT api_usage_label_overflow_total {request}
# TYPE api_usage_label_overflow_total counter
api_usage_label_overflow_total{label="provider"} 0
api_usage_label_overflow_total{label="endpoint"} 0
api_usage_label_overflow_total{label="model"} 0
api_usage_label_overflow_total{label="brand"} 0
api_usage_label_overflow_total{label="series"} 0
# HELP api_usage_journal_records Usage records that are not yet in the database.
# UNIT api_usage_journal_records {record}
# TYPE api_usage_journal_records gauge
api_usage_journal_records 3
# HELP api_usage_journal_bytes What the journal of records that are not yet in the database takes on the disk.
# UNIT api_usage_journal_bytes By
# TYPE api_usage_journal_bytes gauge
api_usage_journal_bytes 4096
# HELP api_usage_oldest_pending_timestamp_seconds When the oldest record that is not yet in the database was made, as a Unix time. Absent when there is none.
# UNIT api_usage_oldest_pending_timestamp_seconds s
# TYPE api_usage_oldest_pending_timestamp_seconds gauge
api_usage_oldest_pending_timestamp_seconds 1795521600
# HELP api_usage_dropped_total Usage records that were given up.
# UNIT api_usage_dropped_total {record}
# TYPE api_usage_dropped_total counter
api_usage_dropped_total 0
# HELP api_usage_dead_letter_total Usage records that the database refused, and that were set aside.
# UNIT api_usage_dead_letter_total {record}
# TYPE api_usage_dead_letter_total counter
api_usage_dead_letter_total 1
# HELP api_usage_written_total Usage records written to the database.
# UNIT api_usage_written_total {record}
# TYPE api_usage_written_total counter
api_usage_written_total 40
`;

test("a page is, to the letter, what was counted", async () => {
  const totals = new UsageTotals();
  totals.add(aRecord());
  expect(await pageOf(() => totals.families(), health)).toBe(PAGE);
});

test("every line of a page is a comment or a sample, whatever the labels hold, and no series is twice", async () => {
  const totals = new UsageTotals();
  for (const model of ODD_LABELS) totals.add(aRecord({ model }));
  const page = Buffer.from(await pageOf(() => totals.families())).toString();
  const label = String.raw`[a-z_]+="(?:[^"\\\n\0]|\\[\\"n])*"`;
  const sample = new RegExp(String.raw`^[a-z_]+(\{${label}(,${label})*\})? [0-9.e+-]+$`);
  const samples = page
    .trimEnd()
    .split("\n")
    .filter((line) => !line.startsWith("# "));
  expect(samples.filter((line) => !sample.test(line))).toEqual([]);
  const series = new Set(samples.map((line) => line.slice(0, line.lastIndexOf(" "))));
  expect(series.size).toBe(samples.length);
});

test("the value shown is the exact sum's nearest double at every scrape, however fast it grows", async () => {
  const totals = new UsageTotals();
  const text = textOf(() => totals.families());
  let exact = 0n;
  for (let scrape = 0; scrape < 30; scrape++) {
    // More than doubled from scrape to scrape: there a sum of differences drifts, as OpenTelemetry's does.
    const cost = (exact * 6n) / 5n + 100_000_000_007n;
    totals.add(aRecord({ cost }));
    exact += cost;
    const shown = /^api_usage_cost_usd_total\{.*\} (.*)$/m.exec(await text())![1]!;
    expect(Number(shown)).toBe(Number(toUsdString(exact)));
  }
});

test("a source that fails is left out and logged, and the rest of the page stands", async () => {
  const logger = new KeptLogger();
  const failing: MetricSource = () => {
    throw new Error("ledger is gone");
  };
  const text = createPrometheusText({ sources: [failing, health], logger });
  expect(await text()).toContain("api_usage_written_total 40");
  expect(logger.warnings).toEqual([
    "Some metrics could not be read, and are missing from this scrape: ledger is gone",
  ]);
});

test("with nothing pending there is no oldest record, rather than one from 1970", () => {
  const families = pipelineFamilies(aPipeline({ oldestPendingAtMs: undefined }));
  expect(families.find(({ spec }) => spec.name.includes("oldest"))!.points).toEqual([]);
});

const health: MetricSource = () => pipelineFamilies(aPipeline());

function textOf(...sources: readonly MetricSource[]): () => Promise<string> {
  return createPrometheusText({ sources, logger: new KeptLogger() });
}

function pageOf(...sources: readonly MetricSource[]): Promise<string> {
  return textOf(...sources)();
}
