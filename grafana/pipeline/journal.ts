/** Whether every record gets into the ledger. */
import {
  DEAD_LETTER,
  DROPPED,
  JOURNAL_BYTES,
  JOURNAL_RECORDS,
  OLDEST_PENDING,
  REQUESTS,
  WRITTEN,
} from "../../src/metrics/catalogue.ts";
import { alertList } from "../alert-list.ts";
import type { Row } from "../board.ts";
import { AGE_SECONDS, ANY_IS_BAD, UNITS } from "../look.ts";
import { seriesPanel, statPanel } from "../panel.ts";
import { increase, perMinute } from "../promql.ts";
import { FILTERS } from "../variables.ts";

const NO_APP = "No app scraped";

const figures = [
  statPanel({
    title: "Waiting",
    about: "Records in the journals of all processes that are not yet in the database.",
    of: [JOURNAL_RECORDS],
    none: NO_APP,
    width: 6,
    unit: UNITS.count,
    decimals: 0,
    queries: [{ expr: `sum(${JOURNAL_RECORDS.name})` }],
  }),
  statPanel({
    title: "Lag",
    about:
      "How long the oldest record has waited for the database; 0 when none waits. Minutes mean that it is away.",
    of: [OLDEST_PENDING, JOURNAL_RECORDS],
    none: NO_APP,
    width: 6,
    unit: UNITS.seconds,
    decimals: 0,
    steps: AGE_SECONDS,
    queries: [
      { expr: `time() - min(${OLDEST_PENDING.name}) or 0 * count(${JOURNAL_RECORDS.name})` },
    ],
  }),
  statPanel({
    title: "Dropped",
    about: "Records given up in the time range: their cost is in no sum of the ledger.",
    of: [DROPPED],
    none: NO_APP,
    width: 6,
    unit: UNITS.count,
    decimals: 0,
    steps: ANY_IS_BAD,
    queries: [{ expr: increase(DROPPED) }],
  }),
  statPanel({
    title: "Dead letters",
    about:
      "Records that the database refused in the time range. They are kept in files, and `spendspan replay` writes them again.",
    of: [DEAD_LETTER],
    none: NO_APP,
    width: 6,
    unit: UNITS.count,
    decimals: 0,
    steps: ANY_IS_BAD,
    queries: [{ expr: increase(DEAD_LETTER) }],
  }),
];

const waiting = seriesPanel({
  title: "Waiting by process",
  about: "It rises while the database is away, and falls to 0 when it is back.",
  of: [JOURNAL_RECORDS],
  none: NO_APP,
  width: 12,
  unit: UNITS.count,
  decimals: 0,
  queries: [{ expr: JOURNAL_RECORDS.name, legend: "{{instance}}" }],
});

const flow = seriesPanel({
  title: "Counted and written",
  about:
    "Calls as they end, and records as they get into the database: over a while, as many. Records of work that was handed in come on top.",
  of: [REQUESTS, WRITTEN],
  none: NO_APP,
  width: 16,
  unit: UNITS.perMinute,
  colours: { Counted: "blue", Written: "green" },
  queries: [
    { expr: perMinute(REQUESTS, "", { without: FILTERS }), legend: "Counted" },
    { expr: perMinute(WRITTEN), legend: "Written" },
  ],
});

const disk = seriesPanel({
  title: "Journals on disk",
  about: "What journals take. They have a bound; beyond it, records are dropped, and counted.",
  of: [JOURNAL_BYTES],
  none: NO_APP,
  width: 12,
  unit: UNITS.bytes,
  queries: [{ expr: JOURNAL_BYTES.name, legend: "{{instance}}" }],
});

export const JOURNAL: Row = {
  title: "Does every record get into the ledger?",
  panels: [...figures, flow, alertList(), waiting, disk],
};
