/**
 * Every metric as data: what instruments, the exposition, the README table and the dashboards share.
 *
 * Names end as Prometheus wants them, so that they read the same when scraped and when sent by OTLP.
 * Labels are bounded: never a user, a prompt or a request id.
 */
import {
  CLIENT_OPERATION_DURATION,
  CLIENT_TOKEN_USAGE,
  DURATION_BUCKETS,
  type HistogramSpec,
  type MetricSpec,
  type NumberSpec,
} from "../semconv/metric.ts";

const USAGE_LABELS = ["provider", "endpoint", "model", "brand", "status"] as const;
const LATENCY_LABELS = ["provider", "endpoint", "model", "status"] as const;
const PERIOD_LABELS = ["brand", "period"] as const;
const WINDOW_LABELS = ["brand", "window"] as const;

export const REQUESTS: NumberSpec = {
  name: "api_usage_requests_total",
  kind: "counter",
  unit: "{request}",
  help: "Finished calls to a provider.",
  labels: USAGE_LABELS,
};
export const TOKENS: NumberSpec = {
  name: "api_usage_tokens_total",
  kind: "counter",
  unit: "{token}",
  help: "Tokens by kind: input, cached_input, tool_use, output, thinking. Each token is counted in one kind.",
  labels: [...USAGE_LABELS, "kind"],
};
export const COST: NumberSpec = {
  name: "api_usage_cost_usd_total",
  kind: "counter",
  unit: "{USD}",
  help: "Cost of finished calls at list price, in US dollars. Calls of unknown cost are counted as unpriced instead.",
  labels: USAGE_LABELS,
};
export const REQUEST_DURATION: HistogramSpec = {
  name: "api_usage_request_duration_seconds",
  kind: "histogram",
  unit: "s",
  help: "Time from sending a request to the end of its answer.",
  labels: LATENCY_LABELS,
  buckets: DURATION_BUCKETS,
};
export const TIME_TO_FIRST_CHUNK: HistogramSpec = {
  name: "api_usage_time_to_first_chunk_seconds",
  kind: "histogram",
  unit: "s",
  help: "Time from sending a request to the first byte of a streamed answer.",
  labels: LATENCY_LABELS,
  buckets: DURATION_BUCKETS,
};
export const UNPRICED_REQUESTS: NumberSpec = {
  name: "api_usage_unpriced_requests_total",
  kind: "counter",
  unit: "{request}",
  help: "Finished calls whose cost is unknown, and so missing from the cost metric.",
  labels: ["model"],
};
export const LABEL_OVERFLOW: NumberSpec = {
  name: "api_usage_label_overflow_total",
  kind: "counter",
  unit: "{request}",
  help: "Finished calls counted under _other, since a label had too many values (series: too many combinations).",
  labels: ["label"],
};

export const JOURNAL_RECORDS: NumberSpec = {
  name: "api_usage_journal_records",
  kind: "gauge",
  unit: "{record}",
  help: "Usage records that are not yet in the database.",
  labels: [],
};
export const JOURNAL_BYTES: NumberSpec = {
  name: "api_usage_journal_bytes",
  kind: "gauge",
  unit: "By",
  help: "What the journal of records that are not yet in the database takes on the disk.",
  labels: [],
};
export const OLDEST_PENDING: NumberSpec = {
  name: "api_usage_oldest_pending_timestamp_seconds",
  kind: "gauge",
  unit: "s",
  help: "When the oldest record that is not yet in the database was made, as a Unix time. Absent when there is none.",
  labels: [],
};
export const DROPPED: NumberSpec = {
  name: "api_usage_dropped_total",
  kind: "counter",
  unit: "{record}",
  help: "Usage records that were given up.",
  labels: [],
};
export const DEAD_LETTER: NumberSpec = {
  name: "api_usage_dead_letter_total",
  kind: "counter",
  unit: "{record}",
  help: "Usage records that the database refused, and that were set aside.",
  labels: [],
};
export const WRITTEN: NumberSpec = {
  name: "api_usage_written_total",
  kind: "counter",
  unit: "{record}",
  help: "Usage records written to the database.",
  labels: [],
};

export const PERIOD_COST: NumberSpec = {
  name: "api_usage_period_cost_usd",
  kind: "gauge",
  unit: "{USD}",
  help: "Cost in this day, week (from Monday) and month of the brand's time zone, by the ledger, in US dollars.",
  labels: PERIOD_LABELS,
};
export const PERIOD_START: NumberSpec = {
  name: "api_usage_period_start_timestamp_seconds",
  kind: "gauge",
  unit: "s",
  help: "First moment of the period, as a Unix time.",
  labels: PERIOD_LABELS,
};
export const PERIOD_END: NumberSpec = {
  name: "api_usage_period_end_timestamp_seconds",
  kind: "gauge",
  unit: "s",
  help: "First moment after the period, as a Unix time.",
  labels: PERIOD_LABELS,
};
export const BUDGET: NumberSpec = {
  name: "api_usage_budget_usd",
  kind: "gauge",
  unit: "{USD}",
  help: "What the brand may spend in the period, in US dollars. Absent when nothing bounds it.",
  labels: PERIOD_LABELS,
};
export const BUDGET_WARNING: NumberSpec = {
  name: "api_usage_budget_warning_usd",
  kind: "gauge",
  unit: "{USD}",
  help: "Spend at which to warn, in US dollars: the share of the budget that stands in the label at.",
  labels: [...PERIOD_LABELS, "at"],
};
export const WINDOW_COST: NumberSpec = {
  name: "api_usage_window_cost_usd",
  kind: "gauge",
  unit: "{USD}",
  help: "Cost in the last day (1d) and the last seven (7d), by the ledger, in US dollars.",
  labels: WINDOW_LABELS,
};
export const WINDOW_LENGTH: NumberSpec = {
  name: "api_usage_window_seconds",
  kind: "gauge",
  unit: "s",
  help: "How long the window is, for a rate of its cost: shorter for a brand that is younger.",
  labels: WINDOW_LABELS,
};
export const LEDGER_COST: NumberSpec = {
  name: "api_usage_ledger_cost_usd",
  kind: "gauge",
  unit: "{USD}",
  help: "All that was ever spent, by the ledger, in US dollars. Corrections can lower it: no increase() of it, but a difference.",
  labels: ["brand", "model"],
};
export const LEDGER_REFRESH: NumberSpec = {
  name: "api_usage_ledger_refresh_timestamp_seconds",
  kind: "gauge",
  unit: "s",
  help: "When the ledger was read for these gauges, as a Unix time. It stands still while the ledger cannot be read.",
  labels: [],
};
export const BUDGETS_RELOADED: NumberSpec = {
  name: "api_usage_budgets_last_reload_successful",
  kind: "gauge",
  unit: "1",
  help: "0 while the file of budgets has faults, and the budgets from before hold; else 1.",
  labels: [],
};

/** In the order in which they are exposed at `/metrics`. */
export const OWN_METRICS: readonly MetricSpec[] = [
  REQUESTS,
  TOKENS,
  COST,
  REQUEST_DURATION,
  TIME_TO_FIRST_CHUNK,
  UNPRICED_REQUESTS,
  LABEL_OVERFLOW,
  JOURNAL_RECORDS,
  JOURNAL_BYTES,
  OLDEST_PENDING,
  DROPPED,
  DEAD_LETTER,
  WRITTEN,
  PERIOD_COST,
  PERIOD_START,
  PERIOD_END,
  BUDGET,
  BUDGET_WARNING,
  WINDOW_COST,
  WINDOW_LENGTH,
  LEDGER_COST,
  LEDGER_REFRESH,
  BUDGETS_RELOADED,
];

/** Metrics of the GenAI conventions: recorded on the app's own meter provider and nowhere else. */
export const CONVENTION_METRICS: readonly MetricSpec[] = [
  CLIENT_TOKEN_USAGE,
  CLIENT_OPERATION_DURATION,
];
