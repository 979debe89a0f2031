/** The calls themselves: how much they suddenly cost, whether they fail, how long they take. */
import { sumOrBorn } from "./counter.ts";
import { alertingRule, usdOf, type AlertingRule } from "./rule.ts";
import { SETTINGS } from "./settings.ts";

const { spike, errors, latency, silence, unpricedWindow } = SETTINGS;
const MEDIAN = "brand:api_usage_cost_usd:rate1h_same_hour_median3w";
/** OpenTelemetry's exporter for Node leaves the unit out of the name; its Collector puts it in. */
const HTTP_NAMES = [
  "http_client_request_duration_count",
  "http_client_request_duration_seconds_count",
];

export const CALL_ALERTS: readonly AlertingRule[] = [
  alertingRule({
    name: "SpendSpike",
    severity: "warning",
    audience: "finops",
    board: "cost",
    variables: ["brand"],
    expr: `(3600 * brand:api_usage_cost_usd:rate1h)
and on (brand)
(brand:api_usage_cost_usd:rate1h > ${spike.ratio} * ${MEDIAN})
and on (brand)
(3600 * (brand:api_usage_cost_usd:rate1h - ${MEDIAN}) > ${spike.excessUsdPerHour})`,
    for: spike.for,
    keepFiringFor: spike.keepFiringFor,
    summary: "{{ $labels.brand }} spends far more than at this hour of past weeks",
    description: `Brand {{ $labels.brand }} spent {{ $value | printf "$%.2f" }} in the last hour. At the same hour of the last three weeks it was ${usdOf(`3600 * ${MEDIAN}{brand={brand}}`)} (the median).`,
  }),
  alertingRule({
    name: "ErrorRatioHigh",
    severity: "warning",
    audience: "operations",
    board: "requests",
    variables: ["brand", "model"],
    expr: `(
  sum by (provider, model, brand) (rate(api_usage_requests_total{status=~"${errors.statuses}"}[${errors.window}]))
  / on (provider, model, brand)
  sum by (provider, model, brand) (rate(api_usage_requests_total[${errors.window}]))
  > ${errors.ratio}
)
and on (provider, model, brand)
sum by (provider, model, brand) (increase(api_usage_requests_total[${errors.window}])) >= ${errors.minRequests}`,
    for: errors.for,
    summary: "Calls of {{ $labels.brand }} to {{ $labels.model }} fail",
    description: `{{ $value | humanizePercentage }} of the calls of brand {{ $labels.brand }} to {{ $labels.model }} ({{ $labels.provider }}) failed or timed out in the last ${errors.window}.`,
  }),
  alertingRule({
    name: "LatencyHigh",
    severity: "warning",
    audience: "operations",
    board: "requests",
    variables: ["model"],
    expr: `histogram_quantile(${latency.quantile},
  sum by (provider, model, le) (rate(api_usage_request_duration_seconds_bucket{status="success"}[${latency.window}]))
) > ${latency.seconds}
and on (provider, model)
sum by (provider, model) (increase(api_usage_request_duration_seconds_count{status="success"}[${latency.window}])) >= ${latency.minRequests}`,
    for: latency.for,
    summary: "Calls to {{ $labels.model }} are slow",
    description: `One in twenty successful calls to {{ $labels.model }} ({{ $labels.provider }}) takes longer than {{ $value | humanizeDuration }}; ${latency.seconds}s is the bound.`,
  }),
  alertingRule({
    name: "UnpricedModel",
    severity: "warning",
    audience: "finops",
    board: "cost",
    variables: ["model"],
    // increase() misses the call that a series is born with: for a new model that is the first.
    expr: sumOrBorn("model", "api_usage_unpriced_requests_total", unpricedWindow),
    summary: "The cost of calls to {{ $labels.model }} is unknown",
    description: `Calls to {{ $labels.model }} that could not be priced in the last ${unpricedWindow}: {{ $value | printf "%.0f" }}. They are in no sum of money, so all sums are too low.`,
  }),
  alertingRule({
    name: "MeteringSilent",
    severity: "critical",
    audience: "operations",
    board: "pipeline",
    expr: `sum by (job) (
  ${HTTP_NAMES.map((name) => `rate(${name}{server_address=~"${silence.hosts}"}[${silence.window}])`).join("\n  or ")}
) > 0
unless on (job)
sum by (job) (rate(api_usage_requests_total[${silence.window}])) > 0`,
    for: silence.for,
    summary: "Apps of {{ $labels.job }} call Gemini, and none of it is metered",
    description: `OpenTelemetry's HTTP instrumentation counts {{ $value | printf "%.2f" }} requests a second from {{ $labels.job }} to Gemini, and spendspan has counted none for ${silence.window}.`,
  }),
];
