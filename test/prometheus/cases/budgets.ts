import { constant, counter, type AlertCase } from "../alert-case.ts";

/** Thirty days, from time 0 on. */
const MONTH_SECONDS = 2_592_000;
const ACME = { brand: "acme", period: "month" };

interface Spend {
  readonly brand?: string;
  readonly period?: string;
  readonly instance?: string;
  readonly cost: string;
  readonly budget?: number;
  readonly warning?: number;
  readonly from?: number;
  readonly to?: string;
}

/** What one replica shows of a brand's period. */
function spendOf(spend: Spend): Record<string, string> {
  const { brand = "acme", period = "month", instance = "a", cost, budget, warning } = spend;
  const labels = `job="spendspan-ledger",instance="${instance}",brand="${brand}",period="${period}"`;
  const { from = 0, to = constant(MONTH_SECONDS) } = spend;
  return {
    [`api_usage_period_cost_usd{${labels}}`]: cost,
    [`api_usage_period_start_timestamp_seconds{${labels}}`]: constant(from),
    [`api_usage_period_end_timestamp_seconds{${labels}}`]: to,
    ...(budget === undefined ? {} : { [`api_usage_budget_usd{${labels}}`]: constant(budget) }),
    ...(warning === undefined
      ? {}
      : { [`api_usage_budget_warning_usd{${labels},at="0.8"}`]: constant(warning) }),
  };
}

function windowOf(cost: number, seconds: number): Record<string, string> {
  return {
    'api_usage_window_cost_usd{brand="acme",window="7d"}': constant(cost),
    'api_usage_window_seconds{brand="acme",window="7d"}': constant(seconds),
  };
}

/** $720 for 720 hours: $1 an hour spends it exactly. */
const HOURLY_DOLLAR = spendOf({ cost: constant(100), budget: 720 });
const COUNTER = 'api_usage_cost_usd_total{instance="a",brand="acme",model="gemini-3-flash"}';

export const BUDGET_CASES: readonly AlertCase[] = [
  {
    title: "a spent budget pages once, for all replicas, within the minute",
    alert: "BudgetExhausted",
    series: {
      ...spendOf({ instance: "a", cost: "999+0x4 1005+0x10", budget: 1_000 }),
      ...spendOf({ instance: "b", cost: "999+0x4 1005+0x10", budget: 1_000 }),
    },
    firing: { "5m": [ACME], "4m": [] },
    says: {
      summary: "acme has spent its budget of this month",
      description: "Brand acme has spent $1005.00 of the $1000.00 it has for this month (100.5%).",
      board: "spendspan-cost?var-brand=acme&var-period=month",
    },
  },
  {
    title: "a budget that is spent to the cent is spent",
    alert: "BudgetExhausted",
    series: spendOf({ cost: constant(20), budget: 20, period: "day" }),
    firing: { "1m": [{ brand: "acme", period: "day" }] },
  },
  {
    title: "a brand's name can hold what is special in a query and in an address",
    alert: "BudgetExhausted",
    series: spendOf({ brand: 'A&B \\"x\\"', cost: constant(30), budget: 20 }),
    firing: { "1m": [{ brand: 'A&B "x"', period: "month" }] },
    says: {
      summary: 'A&B "x" has spent its budget of this month',
      description: 'Brand A&B "x" has spent $30.00 of the $20.00 it has for this month (150%).',
      board: "spendspan-cost?var-brand=A%26B+%22x%22&var-period=month",
    },
  },
  {
    title: "each brand's month ends when it ends where the brand is",
    alert: "BudgetExhausted",
    series: {
      ...spendOf({
        brand: "berlin",
        cost: "30+0x59 1+0x200",
        budget: 20,
        to: `3600+0x59 ${constant(MONTH_SECONDS)}`,
      }),
      ...spendOf({
        brand: "la",
        cost: "30+0x599 1+0x200",
        budget: 20,
        to: `36000+0x599 ${constant(MONTH_SECONDS)}`,
      }),
    },
    firing: {
      "59m": [
        { brand: "berlin", period: "month" },
        { brand: "la", period: "month" },
      ],
      "60m": [{ brand: "la", period: "month" }],
      "600m": [],
    },
  },
  {
    title: "a replica that still shows last month's spend pages nobody in the new one",
    alert: "BudgetExhausted",
    series: {
      ...spendOf({ instance: "late", cost: constant(30), budget: 20, to: constant(3_600) }),
      ...spendOf({
        instance: "fresh",
        cost: "30+0x59 0+0x200",
        budget: 20,
        to: `3600+0x59 ${constant(MONTH_SECONDS)}`,
      }),
    },
    firing: { "59m": [ACME], "61m": [], "90m": [] },
  },
  {
    title: "figures that stand still go on paging, until their period is over",
    alert: "BudgetExhausted",
    series: spendOf({ cost: constant(30), budget: 20, to: constant(18_000) }),
    firing: { "299m": [ACME], "300m": [] },
  },
  {
    title:
      "who alone shows the ledger may start anew without a second page; when nobody shows it, it ends",
    alert: "BudgetExhausted",
    series: spendOf({ cost: "30+0x4 stale _x2 30+0x4 stale", budget: 20 }),
    firing: { "4m": [ACME], "5m": [ACME], "7m": [ACME], "16m": [ACME], "18m": [] },
  },
  {
    title: "a spent budget that is raised is one no longer",
    alert: "BudgetExhausted",
    series: {
      ...spendOf({ cost: constant(30) }),
      'api_usage_budget_usd{instance="a",brand="acme",period="month"}': "20+0x9 40+0x20",
    },
    firing: { "9m": [ACME], "10m": [] },
  },
  {
    title: "the share at which to warn is the brand's own",
    alert: "BudgetNearlyExhausted",
    series: spendOf({ cost: "79.9+0x9 80+0x10", budget: 100, warning: 80 }),
    firing: { "10m": [{ ...ACME, at: "0.8" }], "9m": [] },
    says: {
      summary: "acme has nearly spent its budget of this month",
      description:
        "Brand acme has spent $80.00 of the $100.00 it has for this month, and a warning is set at $80.00.",
      board: "spendspan-cost?var-brand=acme&var-period=month",
    },
  },
  {
    title: "a forecast above the budget warns after an hour",
    alert: "BudgetForecastExceeded",
    // Two days in: 100 + 28 days × 70 / 7 days = 380.
    series: {
      ...spendOf({ cost: constant(100), budget: 370, from: -172_800, to: constant(2_419_200) }),
      ...windowOf(70, 604_800),
    },
    firing: { "61m": [ACME], "59m": [] },
    says: {
      summary: "acme will exceed its budget of this month",
      // An hour later it is 10 / 24 less.
      description:
        "Brand acme has spent $100.00, and at the pace of its last seven days will have spent $379.58 at the end of the month. Its budget is $370.00.",
      board: "spendspan-cost?var-brand=acme&var-period=month",
    },
  },
  {
    title: "a forecast below the budget is silent",
    alert: "BudgetForecastExceeded",
    series: {
      ...spendOf({ cost: constant(100), budget: 400, from: -172_800, to: constant(2_419_200) }),
      ...windowOf(70, 604_800),
    },
    firing: { "2h": [] },
  },
  {
    title: "on the first day of a month there is no forecast yet",
    alert: "BudgetForecastExceeded",
    series: {
      ...spendOf({ cost: constant(1), budget: 10 }),
      ...windowOf(70, 604_800),
    },
    firing: { "5h": [] },
  },
  {
    title: "a brand of this morning has no forecast yet",
    alert: "BudgetForecastExceeded",
    series: {
      ...spendOf({ cost: constant(1), budget: 10, from: -172_800 }),
      ...windowOf(1, 3_600),
    },
    firing: { "5h": [] },
  },
  {
    title: "eighteen times the pace pages within the hour, over restarts too",
    alert: "BudgetBurnFast",
    // Of 180 steps in the hour, the restart hides one: 179 x $0.10.
    interval: "20s",
    series: { ...HOURLY_DOLLAR, [COUNTER]: counter([0.1, 135], "reset", [0.1, 180]) },
    firing: { "65m": [ACME], "40m": [] },
    says: {
      summary: "acme spends its budget of this month too fast",
      description:
        "Brand acme spent $17.90 an hour over the last 1h, 17.9 times what its budget of $720.00 for this month allows. It has spent $100.00 so far.",
      board: "spendspan-cost?var-brand=acme&var-period=month",
    },
  },
  {
    title: "an hour that is over pages nobody",
    alert: "BudgetBurnFast",
    series: { ...HOURLY_DOLLAR, [COUNTER]: counter([0.3, 50], [0, 60]) },
    firing: { "58m": [], "70m": [] },
  },
  {
    title: "ten times the pace is not a page",
    alert: "BudgetBurnFast",
    series: { ...HOURLY_DOLLAR, [COUNTER]: counter([0.16, 300]) },
    firing: { "4h": [] },
  },
  {
    title: "a budget of another brand, in another zone, does not make a burn",
    alert: "BudgetBurnFast",
    series: {
      ...HOURLY_DOLLAR,
      ...spendOf({
        brand: "globex",
        cost: constant(1),
        budget: 72_000,
        from: -3_600,
        to: constant(MONTH_SECONDS - 3_600),
      }),
      'api_usage_cost_usd_total{brand="globex"}': counter([0.3, 120]),
      [COUNTER]: counter([0.001, 120]),
    },
    firing: { "65m": [], "100m": [] },
  },
  {
    title: "seven times the pace for six hours warns",
    alert: "BudgetBurnSlow",
    series: { ...HOURLY_DOLLAR, [COUNTER]: counter([0.12, 400]) },
    firing: { "380m": [ACME], "200m": [] },
    says: {
      summary: "acme spends its budget of this month too fast",
      description:
        "Brand acme spent $7.20 an hour over the last 6h, 7.2 times what its budget of $720.00 for this month allows. It has spent $100.00 so far.",
      board: "spendspan-cost?var-brand=acme&var-period=month",
    },
  },
  {
    title: "twice the pace, as on any working day, is silent",
    alert: "BudgetBurnSlow",
    series: { ...HOURLY_DOLLAR, [COUNTER]: counter([0.033, 400]) },
    firing: { "380m": [] },
  },
  {
    title: "a brand that spends without a budget is named after an hour",
    alert: "BrandWithoutBudget",
    series: {
      ...spendOf({ cost: constant(12) }),
      ...spendOf({ brand: "globex", cost: constant(12), budget: 100 }),
    },
    firing: { "61m": [ACME], "59m": [] },
    says: {
      summary: "acme spends and has no budget",
      description:
        "Brand acme has spent $12.00 this month, and no budget bounds it, so nothing will warn of it.",
      board: "spendspan-cost?var-brand=acme&var-period=month",
    },
  },
  {
    title: "brands that there was no label left for are spend without a budget",
    alert: "BrandWithoutBudget",
    series: {
      ...spendOf({ cost: constant(12), budget: 100 }),
      'api_usage_period_cost_usd{instance="a",brand="_other",period="month"}': constant(30),
      'api_usage_period_cost_usd{instance="b",brand="_other",period="month"}': constant(30),
    },
    firing: { "61m": [{ brand: "_other", period: "month" }], "59m": [] },
  },
  {
    title: "a budget a day is a budget, and cents are no spend to speak of",
    alert: "BrandWithoutBudget",
    series: {
      ...spendOf({ cost: constant(12) }),
      ...spendOf({ cost: constant(1), period: "day", budget: 5 }),
      ...spendOf({ brand: "globex", cost: constant(0.9) }),
    },
    firing: { "2h": [] },
  },
];
