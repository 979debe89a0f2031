/** Whether metrics stay within their bounds. */
import { COST, JOURNAL_RECORDS, LABEL_OVERFLOW } from "../../src/metrics/catalogue.ts";
import type { Row } from "../board.ts";
import { ANY_IS_BAD, SERIES, UNITS } from "../look.ts";
import { barsPanel, seriesPanel, statPanel } from "../panel.ts";
import { increase } from "../promql.ts";

export const SERIES_ROW: Row = {
  title: "Do metrics stay within their bounds?",
  panels: [
    statPanel({
      title: "Processes",
      about: "Apps that Prometheus has scraped in the last minutes.",
      of: [JOURNAL_RECORDS],
      none: "No app scraped",
      width: 4,
      height: 8,
      unit: UNITS.count,
      decimals: 0,
      queries: [{ expr: `count(${JOURNAL_RECORDS.name})` }],
    }),
    seriesPanel({
      title: "Series of a process",
      about:
        "How many brands, models, endpoints and statuses are told apart. A process keeps 5,000 unless told otherwise; beyond that, calls count under _other.",
      of: [COST],
      none: "No app scraped",
      width: 12,
      unit: UNITS.count,
      decimals: 0,
      steps: SERIES,
      queries: [{ expr: `count by (instance) (${COST.name})`, legend: "{{instance}}" }],
    }),
    barsPanel({
      title: "Counted under _other",
      about:
        "Calls in the time range whose label had too many values. Their cost is right, and their name is lost to metrics; the ledger has it.",
      of: [LABEL_OVERFLOW],
      none: "No app scraped",
      width: 8,
      unit: UNITS.count,
      decimals: 0,
      steps: ANY_IS_BAD,
      queries: [{ expr: `sort_desc(${increase(LABEL_OVERFLOW, "label")})`, legend: "{{label}}" }],
    }),
  ],
};
