/** Ledger: the rows behind it all, for those who give Grafana a reader's access to Postgres. */
import type { Board } from "../board.ts";
import { BOARD_UIDS } from "../links.ts";
import { columnFilter, ledgerSource } from "../variables.ts";
import { SINGLE_CALLS } from "./calls.ts";
import { INVOICES } from "./invoices.ts";
import { COLUMNS } from "./rows.ts";

export const LEDGER_BOARD: Board = {
  uid: BOARD_UIDS.ledger,
  title: "spendspan: ledger",
  about:
    "Optional: needs a Postgres data source with a login that may read the ledger. Sums as an invoice needs them, and single calls, of the month so far; on its first day, choose the previous month as the time range. Times are UTC, as the days of the sums are.",
  from: "now/M",
  refresh: "",
  timezone: "utc",
  variables: [
    ledgerSource(),
    ...Object.entries(COLUMNS).map(([name, column]) => columnFilter(name, column)),
  ],
  showsAlerts: false,
  rows: [INVOICES, SINGLE_CALLS],
};
