/** Cost & budgets: for whoever answers for the money. */
import type { Board } from "../board.ts";
import { BOARD_UIDS } from "../links.ts";
import { labelFilters, ledgerBrands, period, prometheusSource } from "../variables.ts";
import { ANSWER } from "./answer.ts";
import { BREAKDOWN } from "./breakdown.ts";
import { EFFICIENCY } from "./efficiency.ts";
import { MOVERS } from "./movers.ts";

export const COST_BOARD: Board = {
  uid: BOARD_UIDS.cost,
  title: "spendspan: cost & budgets",
  about:
    "What is spent, by whom and on what, and whether budgets last. Money is of the ledger, exact to its last reading; rates and shares are counted by the apps.",
  from: "now/M",
  refresh: "5m",
  variables: [
    prometheusSource(),
    period(),
    ledgerBrands(),
    ...labelFilters(["provider", "endpoint", "model", "status"]),
  ],
  showsAlerts: true,
  rows: [ANSWER, BREAKDOWN, EFFICIENCY, MOVERS],
};
