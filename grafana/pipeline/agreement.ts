/** Whether counters and ledger say the same, and whether the figures on the boards are fresh. */
import {
  BUDGETS_RELOADED,
  COST,
  LEDGER_REFRESH,
  WINDOW_COST,
} from "../../src/metrics/catalogue.ts";
import type { Row } from "../board.ts";
import { AGE_SECONDS, CENTS, DRIFT_SHARE, ONE_IS_GOOD, UNITS } from "../look.ts";
import { seriesPanel, statPanel } from "../panel.ts";

const COUNTED = `sum(increase(${COST.name}[1d]))`;
const BOOKED = `sum(max by (brand) (${WINDOW_COST.name}{window="1d"}))`;
const NO_LEDGER = "No ledger read";

export const AGREEMENT: Row = {
  title: "Do counters and ledger agree?",
  panels: [
    statPanel({
      title: "Drift",
      about:
        "How far the counters of the last day are from the ledger, as a share of the ledger. Restarts and scrapes that failed make some; more says that records or counts are lost.",
      of: [COST, WINDOW_COST],
      none: NO_LEDGER,
      width: 8,
      unit: UNITS.share,
      decimals: 2,
      steps: DRIFT_SHARE,
      queries: [{ expr: `abs(${COUNTED} - ${BOOKED}) / (${BOOKED} > 0)` }],
    }),
    statPanel({
      title: "Ledger read",
      about: "How long ago the ledger was read for the gauges.",
      of: [LEDGER_REFRESH],
      none: NO_LEDGER,
      width: 8,
      unit: UNITS.seconds,
      decimals: 0,
      steps: AGE_SECONDS,
      queries: [{ expr: `time() - max(${LEDGER_REFRESH.name})` }],
    }),
    statPanel({
      title: "Budgets in force",
      about:
        "1 while the file of budgets was read as it is; 0 while it has faults, and the budgets from before hold.",
      of: [BUDGETS_RELOADED],
      none: "No budgets",
      width: 8,
      unit: UNITS.count,
      decimals: 0,
      steps: ONE_IS_GOOD,
      queries: [{ expr: `min(${BUDGETS_RELOADED.name})` }],
    }),
    seriesPanel({
      title: "Spend of the day before, twice",
      about: "By the counters of the apps, and by the ledger.",
      of: [COST, WINDOW_COST],
      none: NO_LEDGER,
      width: 24,
      unit: UNITS.money,
      decimals: CENTS,
      colours: { Counters: "blue", Ledger: "green" },
      queries: [
        { expr: COUNTED, legend: "Counters" },
        { expr: BOOKED, legend: "Ledger" },
      ],
    }),
  ],
};
