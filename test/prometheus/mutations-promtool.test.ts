/** Whether the cases and the linter would notice: each of these faults, planted in the rules, is caught. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

import { RULE_GROUPS, rulesYaml } from "../../prometheus/source/rules.ts";
import type { Rule, RuleGroup } from "../../prometheus/source/rule.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { faultsOf } from "./alert-case.ts";
import { ALERT_CASES } from "./cases.ts";
import { faultsIn } from "./rule-linter.ts";

interface Mutation {
  readonly fault: string;
  /** Where it is planted: an alert, or what is recorded. */
  readonly rule: string;
  readonly from: string;
  readonly to: string;
  /** Whose cases catch it, without the prefix; none: the linter does. */
  readonly cases?: string;
}

const COST = "brand_period:api_usage_period_cost_usd:max";
const FORECAST = "brand_period:api_usage_forecast_cost_usd:avg7d";
const MEDIAN = "brand:api_usage_cost_usd:rate1h_same_hour_median3w";

const MUTATIONS: readonly Mutation[] = [
  {
    fault: "a metric that nobody emits",
    rule: COST,
    from: "api_usage_period_cost_usd\\n",
    to: "api_usage_period_costs_usd\\n",
  },
  {
    fault: "a label that nobody emits",
    rule: "SpendspanErrorRatioHigh",
    from: "status=~",
    to: "state=~",
  },
  {
    fault: "a label that nobody emits, in `by`",
    rule: "SpendspanSpendDrift",
    from: "by (brand)",
    to: "by (brnd)",
  },
  {
    fault: "a record that is made nowhere",
    rule: "SpendspanBudgetExhausted",
    from: "budget_used:ratio",
    to: "budget_use:ratio",
  },
  {
    fault: "a counter without a rate",
    rule: "brand:api_usage_cost_usd:rate1h",
    from: "rate(api_usage_cost_usd_total[1h])",
    to: "api_usage_cost_usd_total",
  },
  {
    fault: "the rise of a gauge of the ledger",
    rule: "brand_window:api_usage_window_cost_usd:max",
    from: "(api_usage_window_cost_usd)",
    to: "(increase(api_usage_window_cost_usd[1h]))",
  },
  {
    fault: "replicas that are added up",
    rule: COST,
    from: "max by",
    to: "sum by",
    cases: "BudgetExhausted",
  },
  {
    fault: "periods that are mixed",
    rule: COST,
    from: "max by (brand, period)",
    to: "max by (brand)",
    cases: "BudgetExhausted",
  },
  {
    fault: "a late replica's month",
    rule: COST,
    from: "(\\n    api_usage_period_end",
    to: "(\\n    0 * api_usage_period_end",
    cases: "BudgetExhausted",
  },
  {
    fault: "a month that is over",
    rule: COST,
    from: "> time()",
    to: "> 0",
    cases: "BudgetExhausted",
  },
  {
    fault: "spent only once it is more",
    rule: "SpendspanBudgetExhausted",
    from: ">= 1",
    to: "> 1",
    cases: "BudgetExhausted",
  },
  {
    fault: "a ratio taken for percent",
    rule: "SpendspanBudgetExhausted",
    from: ">= 1",
    to: ">= 100",
    cases: "BudgetExhausted",
  },
  {
    fault: "a page that waits",
    rule: "SpendspanBudgetExhausted",
    from: '"labels"',
    to: '"for":"10m","labels"',
    cases: "BudgetExhausted",
  },
  {
    fault: "a page that only warns",
    rule: "SpendspanBudgetExhausted",
    from: "{{ $labels.brand | urlquery }}",
    to: "{{ $labels.brand }}",
    cases: "BudgetExhausted",
  },
  {
    fault: "a warning turned round",
    rule: "SpendspanBudgetNearlyExhausted",
    from: "<= on",
    to: "> on",
    cases: "BudgetNearlyExhausted",
  },
  {
    fault: "days taken for seconds",
    rule: FORECAST,
    from: "* on (brand)",
    to: "/ 86400 * on (brand)",
    cases: "BudgetForecastExceeded",
  },
  {
    fault: "a young brand's forecast",
    rule: FORECAST,
    from: " >= 86400",
    to: "",
    cases: "BudgetForecastExceeded",
  },
  {
    fault: "a forecast on the first day",
    rule: "SpendspanBudgetForecastExceeded",
    from: "> 86400",
    to: "> 0",
    cases: "BudgetForecastExceeded",
  },
  {
    fault: "a forecast that does not wait",
    rule: "SpendspanBudgetForecastExceeded",
    from: '"for":"1h",',
    to: "",
    cases: "BudgetForecastExceeded",
  },
  {
    fault: "a burn of all brands",
    rule: "brand:api_usage_cost_usd:rate1h",
    from: "sum by (brand)",
    to: "sum",
    cases: "BudgetBurnFast",
  },
  {
    fault: "a burn that is over",
    rule: "SpendspanBudgetBurnFast",
    from: "ratio_rate5m > 14.4",
    to: "ratio_rate1h > 14.4",
    cases: "BudgetBurnFast",
  },
  {
    fault: "a burn an hour, not a second",
    rule: "brand:api_usage_cost_usd:rate1h",
    from: "sum by",
    to: "3600 * sum by",
    cases: "BudgetBurnFast",
  },
  {
    fault: "a slow burn at any pace",
    rule: "SpendspanBudgetBurnSlow",
    from: "rate6h > 6",
    to: "rate6h > 1",
    cases: "BudgetBurnSlow",
  },
  {
    fault: "a daily budget that is none",
    rule: "SpendspanBrandWithoutBudget",
    from: "on (brand)\\n",
    to: "on (brand, period)\\n",
    cases: "BrandWithoutBudget",
  },
  {
    fault: "cents without a budget",
    rule: "SpendspanBrandWithoutBudget",
    from: "> 1)",
    to: "> 0)",
    cases: "BrandWithoutBudget",
  },
  {
    fault: "the least of three weeks",
    rule: MEDIAN,
    from: "(0.5,",
    to: "(0,",
    cases: "SpendSpike",
  },
  {
    fault: "a spike of cents",
    rule: "SpendspanSpendSpike",
    from: "> 5)",
    to: "> 0)",
    cases: "SpendSpike",
  },
  {
    fault: "blocked calls as errors",
    rule: "SpendspanErrorRatioHigh",
    from: "error|timeout",
    to: "error|timeout|blocked",
    cases: "ErrorRatioHigh",
  },
  {
    fault: "a ratio of three calls",
    rule: "SpendspanErrorRatioHigh",
    from: ">= 20",
    to: ">= 1",
    cases: "ErrorRatioHigh",
  },
  {
    fault: "percent in a ratio of errors",
    rule: "SpendspanErrorRatioHigh",
    from: "> 0.05",
    to: "> 5",
    cases: "ErrorRatioHigh",
  },
  {
    fault: "milliseconds of latency",
    rule: "SpendspanLatencyHigh",
    from: ") > 30",
    to: ") > 30000",
    cases: "LatencyHigh",
  },
  {
    fault: "buckets without bounds",
    rule: "SpendspanLatencyHigh",
    from: "provider, model, le",
    to: "provider, model",
    cases: "LatencyHigh",
  },
  {
    fault: "a mean taken for a percentile",
    rule: "SpendspanLatencyHigh",
    from: "histogram_quantile(0.95",
    to: "histogram_quantile(0.99",
    cases: "LatencyHigh",
  },
  {
    fault: "a first call that is missed",
    rule: "SpendspanUnpricedModel",
    from: " unless last_over_time(api_usage_unpriced_requests_total[30m] offset 30m)",
    to: "",
    cases: "UnpricedModel",
  },
  {
    fault: "a gap that makes old calls new",
    rule: "SpendspanUnpricedModel",
    from: "last_over_time(api_usage_unpriced_requests_total[30m] offset 30m)",
    to: "api_usage_unpriced_requests_total offset 30m",
    cases: "UnpricedModel",
  },
  {
    fault: "silence where nothing is called",
    rule: "SpendspanMeteringSilent",
    from: "server_address=~",
    to: "server_address!~",
    cases: "MeteringSilent",
  },
  {
    fault: "silence that pays no heed to metering",
    rule: "SpendspanMeteringSilent",
    from: "unless on (job)",
    to: "or on (job)",
    cases: "MeteringSilent",
  },
  {
    fault: "a lag in milliseconds",
    rule: "SpendspanAuditLag",
    from: "> 300",
    to: "> 300000",
    cases: "AuditLag",
  },
  {
    fault: "a lag that does not wait",
    rule: "SpendspanAuditLag",
    from: '"for":"5m",',
    to: "",
    cases: "AuditLag",
  },
  {
    fault: "a restart taken for drops",
    rule: "SpendspanAuditDrops",
    from: "increase(",
    to: "delta(-1 * ",
    cases: "AuditDrops",
  },
  {
    fault: "the oldest replica for the ledger",
    rule: "SpendspanLedgerStale",
    from: "max(api",
    to: "min(api",
    cases: "LedgerStale",
  },
  {
    fault: "a ledger that nobody shows",
    rule: "SpendspanLedgerStale",
    from: "or\\n-absent(api_usage_ledger_refresh_timestamp_seconds)",
    to: "",
    cases: "LedgerStale",
  },
  {
    fault: "one target down for all",
    rule: "SpendspanExporterDown",
    from: 'absent(up{job=\\"spendspan-app\\"} == 1)',
    to: '(up{job=\\"spendspan-app\\"} == 0)',
    cases: "ExporterDown",
  },
  {
    fault: "a file of budgets that is sound",
    rule: "SpendspanBudgetsInvalid",
    from: "== 0",
    to: "== 1",
    cases: "BudgetsInvalid",
  },
  {
    fault: "a drift one way only",
    rule: "SpendspanSpendDrift",
    from: "abs(",
    to: "-1 * (",
    cases: "SpendDrift",
  },
  {
    fault: "a drift of a percent",
    rule: "SpendspanSpendDrift",
    from: "0.05 *",
    to: "0.005 *",
    cases: "SpendDrift",
  },
  {
    fault: "a watchdog that can sleep",
    rule: "SpendspanWatchdog",
    from: "vector(1)",
    to: "up == 1",
    cases: "Watchdog",
  },
  {
    fault: "another page",
    rule: "SpendspanWatchdog",
    from: "SpendspanWatchdog.md",
    to: "Watchdog.md",
    cases: "Watchdog",
  },
  {
    fault: "too few series for a bound",
    rule: "SpendspanSeriesNearLimit",
    from: "> 4000",
    to: "> 5000",
    cases: "SeriesNearLimit",
  },
  {
    fault: "an overflow of all labels",
    rule: "SpendspanLabelOverflow",
    from: "sum by (label)",
    to: "sum by (job)",
    cases: "LabelOverflow",
  },
  {
    fault: "dead letters that are written ones",
    rule: "SpendspanDeadLetters",
    from: "increase(api_usage_dead_letter_total",
    to: "increase(api_usage_written_total",
    cases: "DeadLetters",
  },
];

test.each(MUTATIONS)("$rule: $fault is caught", (mutation) => {
  const groups = planted(mutation);
  const { cases } = mutation;
  if (cases === undefined) {
    expect(faultsIn(groups)).not.toEqual([]);
    return;
  }
  const directory = temporaryDirectory();
  const rulesFile = join(directory, "rules.yml");
  writeFileSync(rulesFile, rulesYaml(groups));
  const own = Object.values(ALERT_CASES)
    .flat()
    .filter(({ alert }) => alert === cases);
  expect(faultsOf(own, rulesFile, directory)).toMatch(/FAILED|error/i);
});

function planted({ rule, from, to }: Mutation): readonly RuleGroup[] {
  const change = (one: Rule): Rule => {
    if (("alert" in one ? one.alert : one.record) !== rule) return one;
    const text = JSON.stringify(one);
    if (!text.includes(from)) throw new Error(`Expected ${rule} to hold ${from}`);
    return JSON.parse(text.replaceAll(from, to)) as Rule;
  };
  return RULE_GROUPS.map((group) => ({ ...group, rules: group.rules.map(change) }));
}
