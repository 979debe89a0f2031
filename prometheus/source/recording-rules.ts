/**
 * Recording rules: spend by brand, once for all replicas, as the alerts and boards ask for it.
 *
 * Money of a period comes from the ledger's gauges and rates come from the counters: `increase()` of
 * counters is no money, and a gauge of a period has no rate.
 */
import { type RecordingRule, shown } from "./rule.ts";
import { SETTINGS } from "./settings.ts";

const { burnFast, burnSlow, longPeriods } = SETTINGS.budget;
const RATE_WINDOWS = [burnFast.short, burnSlow.short, burnFast.long, burnSlow.long];

export const RECORDING_RULES: readonly RecordingRule[] = [
  {
    record: "brand_period:api_usage_period_end_timestamp_seconds:max",
    expr: `max by (brand, period) (${shown("api_usage_period_end_timestamp_seconds")})`,
  },
  {
    // Each brand has days of its own, so all is joined by brand and period. Only replicas that know of
    // the newest period count: one that lags would show the former one's cost as this one's.
    record: "brand_period:api_usage_period_cost_usd:max",
    expr: `max by (brand, period) (
  ${shown("api_usage_period_cost_usd")}
  and on (job, instance, brand, period)
  (
    ${shown("api_usage_period_end_timestamp_seconds")}
    == on (brand, period) group_left ()
    (brand_period:api_usage_period_end_timestamp_seconds:max > time())
  )
)`,
  },
  {
    record: "brand_period:api_usage_budget_usd:max",
    expr: `max by (brand, period) (${shown("api_usage_budget_usd")})`,
  },
  {
    record: "brand_period:api_usage_budget_used:ratio",
    expr: `brand_period:api_usage_period_cost_usd:max
/ on (brand, period)
brand_period:api_usage_budget_usd:max`,
  },
  {
    record: "brand_period:api_usage_period_remaining:seconds",
    expr: "clamp_min(brand_period:api_usage_period_end_timestamp_seconds:max - time(), 0)",
  },
  {
    record: "brand_period:api_usage_period_elapsed:seconds",
    expr: `clamp_min(time() - max by (brand, period) (${shown("api_usage_period_start_timestamp_seconds")}), 0)`,
  },
  {
    record: "brand_window:api_usage_window_cost_usd:max",
    expr: `max by (brand, window) (${shown("api_usage_window_cost_usd")})`,
  },
  {
    record: "brand_window:api_usage_window_seconds:max",
    expr: `max by (brand, window) (${shown("api_usage_window_seconds")})`,
  },
  {
    // So far, and at the mean of the last seven days until the end.
    record: "brand_period:api_usage_forecast_cost_usd:avg7d",
    expr: `brand_period:api_usage_period_cost_usd:max{period=~"${longPeriods}"}
+ on (brand, period)
(
  brand_period:api_usage_period_remaining:seconds
  * on (brand) group_left ()
  (
    brand_window:api_usage_window_cost_usd:max{window="7d"}
    / on (brand)
    (brand_window:api_usage_window_seconds:max{window="7d"} >= ${SETTINGS.budget.forecastAfterSeconds})
  )
)`,
  },
  ...RATE_WINDOWS.map((window) => ({
    record: `brand:api_usage_cost_usd:rate${window}`,
    expr: `sum by (brand) (rate(api_usage_cost_usd_total[${window}]))`,
  })),
  {
    record: "brand:api_usage_cost_usd:increase1d",
    expr: "sum by (brand) (increase(api_usage_cost_usd_total[1d]))",
  },
  ...RATE_WINDOWS.map((window) => ({
    // 1 spends the budget of a whole period exactly.
    record: `brand_period:api_usage_budget_burn:ratio_rate${window}`,
    expr: `(
  brand_period:api_usage_period_remaining:seconds{period=~"${longPeriods}"}
  + on (brand, period)
  brand_period:api_usage_period_elapsed:seconds
)
/ on (brand, period) brand_period:api_usage_budget_usd:max
* on (brand) group_left () brand:api_usage_cost_usd:rate${window}`,
  })),
  {
    record: "brand:api_usage_cost_usd:rate1h_same_hour_median3w",
    expr: `quantile without (week) (0.5,
  label_replace(brand:api_usage_cost_usd:rate1h offset 1w, "week", "1", "", "")
  or label_replace(brand:api_usage_cost_usd:rate1h offset 2w, "week", "2", "", "")
  or label_replace(brand:api_usage_cost_usd:rate1h offset 3w, "week", "3", "", "")
)`,
  },
];
