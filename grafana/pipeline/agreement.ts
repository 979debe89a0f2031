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

/** Of the last day, by brand; nothing counted is 0, where the ledger has something. */
const BOOKED_BY_BRAND = `max by (brand) (${WINDOW_COST.name}{window="1d"})`;
const COUNTED_BY_BRAND = `(sum by (brand) (increase(${COST.name}[1d])) or 0 * ${BOOKED_BY_BRAND})`;
/** Of less, a call more or fewer is a large share. */
const WORTH_COMPARING_USD = 1;

const COUNTED = `sum(increase(${COST.name}[1d]))`;
const BOOKED = `sum(${BOOKED_BY_BRAND})`;
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
      title: "File of budgets",
      about:
        "In force as it was last read. While it has faults, the budgets from before hold; the log names the faults.",
      of: [BUDGETS_RELOADED],
      none: NO_LEDGER,
      width: 8,
      unit: UNITS.count,
      decimals: 0,
      steps: ONE_IS_GOOD,
      texts: ["has faults", "in force"],
      queries: [{ expr: `min(${BUDGETS_RELOADED.name})` }],
    }),
    seriesPanel({
      title: "Spend of the last day, by counters and by ledger",
      about:
        "Of the 24 hours before each moment. The ledger counts, if its rows are all there; a gap between the lines is drift.",
      of: [COST, WINDOW_COST],
      none: NO_LEDGER,
      width: 12,
      unit: UNITS.money,
      decimals: CENTS,
      colours: { Counters: "blue", Ledger: "green" },
      queries: [
        { expr: COUNTED, legend: "Counters" },
        { expr: BOOKED, legend: "Ledger" },
      ],
    }),
    seriesPanel({
      title: "Drift by brand",
      about: `How far counters and ledger of the last day are apart, as a share of the ledger: brands that are out by as much in either way do not make up for each other here. Only brands of more than ${WORTH_COMPARING_USD} US dollar a day.`,
      of: [COST, WINDOW_COST],
      none: `No brand above ${WORTH_COMPARING_USD} US dollar`,
      width: 12,
      unit: UNITS.share,
      decimals: 2,
      steps: DRIFT_SHARE,
      queries: [
        {
          expr: `abs(${COUNTED_BY_BRAND} - ${BOOKED_BY_BRAND}) / (${BOOKED_BY_BRAND} > ${WORTH_COMPARING_USD})`,
          legend: "{{brand}}",
        },
      ],
    }),
  ],
};
