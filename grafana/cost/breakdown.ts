/** Whose money it is, and what it is spent on: brand, then model, then endpoint, then calls. */
import {
  BUDGET,
  COST,
  LEDGER_COST,
  LEDGER_REFRESH,
  PERIOD_COST,
  PERIOD_END,
  REQUESTS,
  UNPRICED_REQUESTS,
  WINDOW_COST,
  WINDOW_LENGTH,
} from "../../src/metrics/catalogue.ts";
import type { Row } from "../board.ts";
import { rowLink, seriesLink } from "../links.ts";
import { ANY_IS_BAD, BUDGET_USED, CALL_COST_DECIMALS, CENTS, UNITS } from "../look.ts";
import { barsPanel, type Panel, type PanelText, seriesPanel } from "../panel.ts";
import { increase, priced, rate, ratio, unpriced } from "../promql.ts";
import { tablePanel } from "../table.ts";
import * as spend from "./spend.ts";

const brands = tablePanel({
  title: "Brands",
  about:
    "Each brand in the period, by the ledger. A click on a brand shows its models. The filter of brands applies, and no other.",
  of: [PERIOD_COST, BUDGET, PERIOD_END, WINDOW_COST, WINDOW_LENGTH],
  none: "No brand in the ledger",
  width: 24,
  sortBy: "Spent",
  keys: [
    {
      label: "brand",
      title: "Brand",
      unit: UNITS.text,
      links: [
        rowLink("Models of this brand", "cost", { brand: "Brand" }),
        rowLink("Requests of this brand", "requests", { brand: "Brand" }),
        rowLink("Calls of this brand", "ledger", { brand: "Brand" }),
      ],
    },
    { label: "period", title: "Period", unit: UNITS.text },
  ],
  values: [
    { title: "Spent", unit: UNITS.money, decimals: CENTS, expr: spend.SPENT },
    { title: "Budget", unit: UNITS.money, decimals: CENTS, expr: spend.BUDGETED },
    {
      title: "Used",
      unit: UNITS.share,
      decimals: 1,
      steps: BUDGET_USED,
      gauge: true,
      expr: spend.BUDGET_USED,
    },
    { title: "Forecast", unit: UNITS.money, decimals: CENTS, expr: spend.FORECAST },
    { title: "Runs out", unit: UNITS.fromNow, expr: `(${spend.RUNS_OUT}) * 1000` },
  ],
});

const models = tablePanel({
  title: "Models",
  about:
    "Spent in the time range, by the ledger, with calls as the apps counted them. Calls to a model whose price is missing are in no sum. A click on a model shows its requests, or its calls in the ledger. The filters of brands and models apply; to calls, all do.",
  of: [LEDGER_COST, LEDGER_REFRESH, REQUESTS, COST, UNPRICED_REQUESTS],
  none: "No ledger read at the start of this range",
  width: 14,
  sortBy: "Spent",
  keys: [
    {
      label: "model",
      title: "Model",
      unit: UNITS.text,
      links: [
        rowLink("Requests to this model", "requests", { model: "Model" }),
        rowLink("Calls to this model", "ledger", { model: "Model" }),
      ],
    },
  ],
  values: [
    {
      title: "Spent",
      unit: UNITS.money,
      decimals: CENTS,
      expr: priced(spend.spentByModelSince("$__range")),
    },
    { title: "Calls", unit: UNITS.count, decimals: 0, expr: increase(REQUESTS, "model") },
    {
      title: "Price",
      unit: UNITS.count,
      decimals: 0,
      steps: ANY_IS_BAD,
      texts: ["known", "missing"],
      expr: `${unpriced()} * 0 + 1 or ${increase(REQUESTS, "model")} * 0`,
    },
    {
      title: "Cost of a call",
      unit: UNITS.money,
      decimals: CALL_COST_DECIMALS,
      expr: priced(ratio(increase(COST, "model"), increase(REQUESTS, "model"))),
    },
  ],
});

const endpoints = barsPanel({
  title: "Endpoints",
  about:
    "Shares of spend in the time range. They are counted by the apps, so what was spent while Prometheus was away is missing; the ledger has it.",
  of: [COST],
  none: "No calls",
  width: 10,
  unit: UNITS.money,
  decimals: CENTS,
  queries: [
    { expr: `sort_desc(topk(15, ${increase(COST, "endpoint")} > 0))`, legend: "{{endpoint}}" },
  ],
  links: [seriesLink("Requests of this endpoint", "requests", "endpoint")],
});

const PER_HOUR = "US dollars an hour, as the apps count them. For how fast, and not for how much.";

interface PerHour extends Pick<PanelText, "about" | "of"> {
  readonly expr: string;
}

function perHour(label: "brand" | "model", { expr, ...text }: PerHour): Panel {
  return seriesPanel({
    ...text,
    title: `Spend an hour by ${label}`,
    none: "No calls",
    width: 12,
    unit: UNITS.roughMoney,
    stacked: true,
    queries: [{ expr: `${expr} * 3600`, legend: `{{${label}}}` }],
    links: [seriesLink(`Only this ${label}`, "cost", label)],
  });
}

const brandsPerHour = perHour("brand", { about: PER_HOUR, of: [COST], expr: rate(COST, "brand") });
const modelsPerHour = perHour("model", {
  about: `${PER_HOUR} Models without a price are left out.`,
  of: [COST, UNPRICED_REQUESTS],
  expr: `(${priced(rate(COST, "model"), { window: "$__rate_interval" })})`,
});

export const BREAKDOWN: Row = {
  title: "Whose money is it, and what is it spent on?",
  panels: [brands, models, endpoints, brandsPerHour, modelsPerHour],
};
