/** The first row: what is spent, what is left, and until when it lasts. */
import {
  BUDGET,
  LEDGER_REFRESH,
  PERIOD_COST,
  PERIOD_END,
  WINDOW_COST,
  WINDOW_LENGTH,
} from "../../src/metrics/catalogue.ts";
import { alertList } from "../alert-list.ts";
import type { Row } from "../board.ts";
import { AGE_SECONDS, BAD, BUDGET_USED as USED, CENTS, UNITS } from "../look.ts";
import { balancePanel, seriesPanel, statPanel } from "../panel.ts";
import * as spend from "./spend.ts";

const NO_LEDGER = "No ledger read";
const NO_BUDGET = "No budget";

const figures = [
  statPanel({
    title: "Spent this $period",
    about:
      "Spent since the period began in the time zone of each brand, to the cent of the ledger. Periods that are over are on the board of the ledger.",
    of: [PERIOD_COST],
    none: NO_LEDGER,
    width: 4,
    unit: UNITS.money,
    decimals: CENTS,
    queries: [{ expr: `sum(${spend.SPENT})` }],
  }),
  balancePanel({
    title: "Budget left",
    about:
      "Of all brands with a budget for the period. What a brand has overspent counts against the rest; red and below zero is what they have overspent together.",
    of: [BUDGET, PERIOD_COST],
    none: NO_BUDGET,
    width: 4,
    balance: `sum(${spend.BUDGET_LEFT})`,
  }),
  statPanel({
    title: "Most used budget",
    about: "The share that the brand nearest to its budget has spent of it.",
    of: [PERIOD_COST, BUDGET],
    none: NO_BUDGET,
    width: 4,
    unit: UNITS.share,
    decimals: 1,
    steps: USED,
    queries: [{ expr: `max(${spend.BUDGET_USED})` }],
  }),
  statPanel({
    title: "First budget runs out",
    about:
      "When the first of the budgets is spent if the brand goes on as in the last seven days. A budget that lasts until its period ends does not run out in it.",
    of: [BUDGET, PERIOD_COST, PERIOD_END, WINDOW_COST, WINDOW_LENGTH],
    none: NO_BUDGET,
    width: 4,
    unit: UNITS.fromNow,
    steps: BAD,
    queries: [{ expr: `min(${spend.RUNS_OUT}) * 1000` }],
  }),
  statPanel({
    title: "Forecast for the $period",
    about:
      "Spent so far, and for the rest of the period the mean of the last seven days. A day without its night would mislead, so a week is what it goes by.",
    of: [PERIOD_COST, PERIOD_END, WINDOW_COST, WINDOW_LENGTH],
    none: NO_LEDGER,
    width: 4,
    unit: UNITS.money,
    decimals: CENTS,
    queries: [{ expr: `sum(${spend.FORECAST})` }],
  }),
  statPanel({
    title: "Ledger read",
    about: "How long ago. All money above is as it was then.",
    of: [LEDGER_REFRESH],
    none: NO_LEDGER,
    width: 4,
    unit: UNITS.seconds,
    decimals: 0,
    steps: AGE_SECONDS,
    queries: [{ expr: `time() - max(${LEDGER_REFRESH.name})` }],
  }),
];

const course = seriesPanel({
  title: "Spend against budget",
  about:
    "How spend of the period grew, where it is forecast to end, and what all budgets together allow. It falls to 0 where a period begins.",
  of: [PERIOD_COST, BUDGET, PERIOD_END, WINDOW_COST, WINDOW_LENGTH],
  none: NO_LEDGER,
  width: 16,
  unit: UNITS.money,
  decimals: CENTS,
  colours: { Spent: "blue", Forecast: "purple", Budget: "red" },
  dashed: ["Forecast", "Budget"],
  queries: [
    { expr: `sum(${spend.SPENT})`, legend: "Spent" },
    { expr: `sum(${spend.FORECAST})`, legend: "Forecast" },
    { expr: `sum(${spend.BUDGETED})`, legend: "Budget" },
  ],
});

export const ANSWER: Row = {
  title: "How much is spent, and does the budget last?",
  panels: [...figures, course, alertList()],
};
