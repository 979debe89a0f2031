/** What changed against the week before, in dollars rather than in per cent: small brands double often. */
import {
  COST,
  LEDGER_COST,
  LEDGER_REFRESH,
  UNPRICED_REQUESTS,
  WINDOW_COST,
} from "../../src/metrics/catalogue.ts";
import type { Row } from "../board.ts";
import { rowLink } from "../links.ts";
import { CENTS, MORE_IS_WARM, UNITS } from "../look.ts";
import { priced } from "../promql.ts";
import { tablePanel } from "../table.ts";
import { LAST_DAY, LAST_WEEK, spentByModelSince, THIS_WEEK } from "./spend.ts";

const NO_WEEK = "No week of gauges yet";

function change(now: string, before: string): string {
  return `(${now} - ${before}) and topk(15, abs(${now} - ${before}))`;
}

const WEEK_OF_MODELS = spentByModelSince("7d");
const TWO_WEEKS_OF_MODELS = spentByModelSince("14d");
/** Of models that had no price in one of the weeks, it isn't known how they moved. */
const pricedThisWeek = (expr: string) => priced(expr, { window: "7d" });
const pricedLastWeek = (expr: string) => priced(expr, { window: "7d", offset: "7d" });

export const MOVERS: Row = {
  title: "What moved against last week?",
  panels: [
    tablePanel({
      title: "Brands that moved most",
      about:
        "Spend of the last seven days beside that of the seven before; the fifteen that changed most say by how much. The filter of brands applies, and no other.",
      of: [WINDOW_COST, LEDGER_REFRESH],
      none: NO_WEEK,
      width: 12,
      sortBy: "Change in $",
      keys: [
        {
          label: "brand",
          title: "Brand",
          unit: UNITS.text,
          links: [rowLink("Models of this brand", "cost", { brand: "Brand" })],
        },
      ],
      values: [
        {
          title: "Change in $",
          unit: UNITS.count,
          decimals: CENTS,
          steps: MORE_IS_WARM,
          expr: change(THIS_WEEK, LAST_WEEK),
        },
        { title: "Last 7 days", unit: UNITS.money, decimals: CENTS, expr: THIS_WEEK },
        { title: "7 days before", unit: UNITS.money, decimals: CENTS, expr: LAST_WEEK },
        { title: "Last day", unit: UNITS.money, decimals: CENTS, expr: LAST_DAY },
      ],
    }),
    tablePanel({
      title: "Models that moved most",
      about:
        "As beside it, by model. A week in which a model had no price is left out. The filters of brands and models apply, and no other.",
      of: [LEDGER_COST, LEDGER_REFRESH, COST, UNPRICED_REQUESTS],
      none: NO_WEEK,
      width: 12,
      sortBy: "Change in $",
      keys: [
        {
          label: "model",
          title: "Model",
          unit: UNITS.text,
          links: [rowLink("Requests to this model", "requests", { model: "Model" })],
        },
      ],
      values: [
        {
          title: "Change in $",
          unit: UNITS.count,
          decimals: CENTS,
          steps: MORE_IS_WARM,
          // This week less the last, which is two weeks less this one.
          expr: pricedLastWeek(pricedThisWeek(`2 * ${WEEK_OF_MODELS} - ${TWO_WEEKS_OF_MODELS}`)),
        },
        {
          title: "Last 7 days",
          unit: UNITS.money,
          decimals: CENTS,
          expr: pricedThisWeek(WEEK_OF_MODELS),
        },
        {
          title: "7 days before",
          unit: UNITS.money,
          decimals: CENTS,
          expr: pricedLastWeek(`${TWO_WEEKS_OF_MODELS} - ${WEEK_OF_MODELS}`),
        },
      ],
    }),
  ],
};
