/** Money against budgets, by brand and period. */
import { alertingRule, shown, usdOf, type AlertingRule } from "./rule.ts";
import { SETTINGS } from "./settings.ts";

const { budget } = SETTINGS;
const SELECTOR = "{brand={brand},period={period}}";
const SPENT = usdOf(`brand_period:api_usage_period_cost_usd:max${SELECTOR}`);
const BUDGET = usdOf(`brand_period:api_usage_budget_usd:max${SELECTOR}`);
const BUDGETED = {
  audience: "finops",
  board: "cost",
  variables: ["brand", "period"],
} as const;

export const BUDGET_ALERTS: readonly AlertingRule[] = [
  alertingRule({
    ...BUDGETED,
    name: "BudgetExhausted",
    severity: "critical",
    expr: "brand_period:api_usage_budget_used:ratio >= 1",
    summary: "{{ $labels.brand }} has spent its budget of this {{ $labels.period }}",
    description: `Brand {{ $labels.brand }} has spent ${SPENT} of the ${BUDGET} it has for this {{ $labels.period }} ({{ $value | humanizePercentage }}).`,
  }),
  alertingRule({
    ...BUDGETED,
    name: "BudgetNearlyExhausted",
    severity: "warning",
    expr: `max by (brand, period, at) (${shown("api_usage_budget_warning_usd")})
<= on (brand, period) group_left ()
brand_period:api_usage_period_cost_usd:max`,
    summary: "{{ $labels.brand }} has nearly spent its budget of this {{ $labels.period }}",
    description: `Brand {{ $labels.brand }} has spent ${SPENT} of the ${BUDGET} it has for this {{ $labels.period }}, and a warning is set at {{ $value | printf "$%.2f" }}.`,
  }),
  alertingRule({
    ...BUDGETED,
    name: "BudgetForecastExceeded",
    severity: "warning",
    expr: `(
  brand_period:api_usage_forecast_cost_usd:avg7d
  > on (brand, period)
  brand_period:api_usage_budget_usd:max
)
and on (brand, period)
brand_period:api_usage_period_elapsed:seconds > ${budget.forecastAfterSeconds}`,
    for: budget.forecastFor,
    summary: "{{ $labels.brand }} will exceed its budget of this {{ $labels.period }}",
    description: `Brand {{ $labels.brand }} has spent ${SPENT}, and at the pace of its last seven days will have spent {{ $value | printf "$%.2f" }} at the end of the {{ $labels.period }}. Its budget is ${BUDGET}.`,
  }),
  burnAlert("BudgetBurnFast", "critical", budget.burnFast),
  burnAlert("BudgetBurnSlow", "warning", budget.burnSlow),
  alertingRule({
    ...BUDGETED,
    name: "BrandWithoutBudget",
    severity: "info",
    // Brands beyond the bound of labels are one, `_other`, which has no budget, not even that of `*`.
    expr: `(brand_period:api_usage_period_cost_usd:max{period="month"} > ${budget.unbudgetedUsd})
unless on (brand)
brand_period:api_usage_budget_usd:max
or
max by (brand, period) (api_usage_period_cost_usd{brand="_other",period="month"}) > ${budget.unbudgetedUsd}`,
    for: budget.unbudgetedFor,
    summary: "{{ $labels.brand }} spends and has no budget",
    description:
      'Brand {{ $labels.brand }} has spent {{ $value | printf "$%.2f" }} this month, and no budget bounds it, so nothing will warn of it.',
  }),
];

interface Burn {
  readonly rate: number;
  readonly long: string;
  readonly short: string;
  readonly for: string;
}

/** The long window says that it matters, the short one that it is still so. */
function burnAlert(name: string, severity: "critical" | "warning", burn: Burn): AlertingRule {
  return alertingRule({
    ...BUDGETED,
    name,
    severity,
    expr: `brand_period:api_usage_budget_burn:ratio_rate${burn.long} > ${burn.rate}
and on (brand, period)
brand_period:api_usage_budget_burn:ratio_rate${burn.short} > ${burn.rate}`,
    for: burn.for,
    summary: `{{ $labels.brand }} spends its budget of this {{ $labels.period }} too fast`,
    description: `Brand {{ $labels.brand }} spent ${usdOf(`3600 * brand:api_usage_cost_usd:rate${burn.long}{brand={brand}}`)} an hour over the last ${burn.long}, {{ $value | printf "%.1f" }} times what its budget of ${BUDGET} for this {{ $labels.period }} allows. It has spent ${SPENT} so far.`,
  });
}
