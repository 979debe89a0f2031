/** Whether the figures can be believed: that rows arrive, that gauges are fresh, that both agree. */
import { sumOrBorn } from "./counter.ts";
import { alertingRule, usdOf, type AlertingRule } from "./rule.ts";
import { SETTINGS } from "./settings.ts";

const { pending, ledgerStale, drift, series, lossWindow, appJob, ledgerJob } = SETTINGS;
const PIPELINE = { audience: "operations", board: "pipeline" } as const;
const LEDGER_WINDOW = 'brand_window:api_usage_window_cost_usd:max{window="1d"}';
const LEDGER_DAY = `sum by (brand) (${LEDGER_WINDOW})`;
const COUNTED_DAY = "brand:api_usage_cost_usd:increase1d";

export const PIPELINE_ALERTS: readonly AlertingRule[] = [
  alertingRule({
    ...PIPELINE,
    name: "AuditLag",
    severity: "warning",
    expr: `max by (job, instance) (time() - api_usage_oldest_pending_timestamp_seconds) > ${pending.seconds}`,
    for: pending.for,
    summary: "Rows of {{ $labels.instance }} wait for Postgres",
    description:
      "The oldest row of {{ $labels.instance }} has waited for {{ $value | humanizeDuration }} to be written. Nothing is lost yet; the ledger and all budgets lag.",
  }),
  alertingRule({
    ...PIPELINE,
    name: "AuditDrops",
    severity: "critical",
    expr: sumOrBorn("job", "api_usage_dropped_total", lossWindow),
    summary: "Usage of {{ $labels.job }} is being lost",
    description: `Usage records of {{ $labels.job }} that were given up in the last ${lossWindow}: {{ $value | printf "%.0f" }}. What they cost is missing from the ledger.`,
  }),
  alertingRule({
    ...PIPELINE,
    name: "DeadLetters",
    severity: "warning",
    expr: sumOrBorn("job", "api_usage_dead_letter_total", lossWindow),
    summary: "Postgres refuses rows of {{ $labels.job }}",
    description: `Usage records of {{ $labels.job }} that Postgres refused in the last ${lossWindow}: {{ $value | printf "%.0f" }}. They are set aside, and missing from the ledger until they are written again.`,
  }),
  alertingRule({
    ...PIPELINE,
    name: "LedgerStale",
    severity: "critical",
    expr: `time() - max(api_usage_ledger_refresh_timestamp_seconds) > ${ledgerStale.seconds}
or
-absent(api_usage_ledger_refresh_timestamp_seconds)`,
    for: ledgerStale.for,
    summary: "What brands have spent is not being read from the ledger",
    description:
      "{{ if lt $value 0.0 }}Nobody shows figures of the ledger.{{ else }}The ledger was last read {{ $value | humanizeDuration }} ago.{{ end }} What brands have spent since is not held against their budgets.",
  }),
  alertingRule({
    ...PIPELINE,
    name: "ExporterDown",
    severity: "critical",
    // absent() can't know the label, so each job is named.
    expr: [appJob, ledgerJob]
      .map((job) => `label_replace(absent(up{job="${job}"} == 1), "job", "${job}", "", "")`)
      .join("\nor\n"),
    for: SETTINGS.exporterDownFor,
    summary: "Nothing of {{ $labels.job }} can be scraped",
    description:
      "No target of job {{ $labels.job }} answers Prometheus. Its metrics are gone, and alerts that rest on them are blind.",
  }),
  alertingRule({
    ...PIPELINE,
    name: "BudgetsInvalid",
    severity: "warning",
    expr: "min by (job) (api_usage_budgets_last_reload_successful) == 0",
    for: SETTINGS.budgetsInvalidFor,
    summary: "The file of budgets has faults",
    description:
      "The file of budgets that {{ $labels.job }} reads has faults, so what was changed in it is not in force; the budgets from before are.",
  }),
  alertingRule({
    name: "SpendDrift",
    severity: "info",
    audience: "finops",
    board: "pipeline",
    variables: ["brand"],
    // Either side may lack a brand: nobody scrapes its processes, or they write to another ledger.
    expr: `abs(
  (${COUNTED_DAY} or 0 * ${LEDGER_DAY})
  - on (brand)
  ${LEDGER_DAY}
)
> on (brand)
clamp_min(${drift.ratio} * ${LEDGER_DAY}, ${drift.usd})
or
(
  ${COUNTED_DAY}
  unless on (brand) ${LEDGER_WINDOW}
  and on () ${LEDGER_WINDOW}
) > ${drift.usd}`,
    for: drift.for,
    summary: "Counters and ledger disagree about {{ $labels.brand }}",
    description: `Of the last day, the ledger says ${usdOf('sum(brand_window:api_usage_window_cost_usd:max{brand={brand},window="1d"}) or vector(0)')} for brand {{ $labels.brand }}, and the counters differ by {{ $value | printf "$%.2f" }}. The ledger is what counts, if its rows are all there.`,
  }),
  alertingRule({
    ...PIPELINE,
    name: "LabelOverflow",
    severity: "warning",
    expr: sumOrBorn("label", "api_usage_label_overflow_total", series.overflowWindow),
    summary: "Metrics have run out of room for values of {{ $labels.label }}",
    description: `Calls of the last ${series.overflowWindow} that are counted under _other: {{ $value | printf "%.0f" }}, as {{ $labels.label }} has too many values. The ledger still tells them apart; metrics and budgets of new brands do not.`,
  }),
  alertingRule({
    ...PIPELINE,
    name: "SeriesNearLimit",
    severity: "warning",
    expr: `count by (job, instance) (api_usage_cost_usd_total) > ${series.ratio * series.max}`,
    for: series.for,
    summary: "{{ $labels.instance }} is near its bound of series",
    description: `{{ $labels.instance }} has {{ $value | printf "%.0f" }} series a metric of the ${series.max} that it may have. From then on new ones are counted under _other.`,
  }),
  alertingRule({
    ...PIPELINE,
    name: "Watchdog",
    severity: "none",
    expr: "vector(1)",
    summary: "Alerting works",
    description:
      "Always fires. The dead man's switch that receives it raises the alarm when it stops coming.",
  }),
];
