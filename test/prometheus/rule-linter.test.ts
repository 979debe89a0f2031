import { expect, test } from "vitest";

import { RULE_GROUPS } from "../../prometheus/source/rules.ts";
import { planted, type Mutation } from "./mutation.ts";
import { faultsIn } from "./rule-linter.ts";

const COST = "brand_period:api_usage_period_cost_usd:max";

const MUTATIONS: readonly (Mutation & { readonly says: string })[] = [
  {
    fault: "a metric that nobody emits",
    says: "no metric api_usage_period_costs_usd",
    rule: COST,
    from: "api_usage_period_cost_usd[",
    to: "api_usage_period_costs_usd[",
  },
  {
    fault: "a label that nobody emits",
    says: "no label state on api_usage_requests_total",
    rule: "SpendspanErrorRatioHigh",
    from: "status=~",
    to: "state=~",
  },
  {
    fault: "a label that nobody emits, in `by`",
    says: "no label brnd",
    rule: "SpendspanSpendDrift",
    from: "by (brand)",
    to: "by (brnd)",
  },
  {
    fault: "a record that is made nowhere",
    says: "no metric brand_period:api_usage_budget_use:ratio",
    rule: "SpendspanBudgetExhausted",
    from: "budget_used:ratio",
    to: "budget_use:ratio",
  },
  {
    fault: "a counter without a rate",
    says: "the counter api_usage_cost_usd_total without a rate",
    rule: "brand:api_usage_cost_usd:rate1h",
    from: "rate(api_usage_cost_usd_total[1h])",
    to: "api_usage_cost_usd_total",
  },
  {
    fault: "the rise of a gauge of the ledger",
    says: "the rise of the gauge api_usage_window_cost_usd",
    rule: "brand_window:api_usage_window_cost_usd:max",
    from: "last_over_time(api_usage_window_cost_usd",
    to: "increase(api_usage_window_cost_usd",
  },
];

test("rules as they are have no faults", () => {
  expect(faultsIn(RULE_GROUPS)).toEqual([]);
});

test.each(MUTATIONS)("$fault is found", (mutation) => {
  expect(faultsIn(planted(mutation))).toContain(`${mutation.rule}: ${mutation.says}`);
});
