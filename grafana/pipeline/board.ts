/** Pipeline: for whoever asks whether the other boards can be believed. */
import type { Board } from "../board.ts";
import { BOARD_UIDS } from "../links.ts";
import { prometheusSource } from "../variables.ts";
import { AGREEMENT } from "./agreement.ts";
import { JOURNAL } from "./journal.ts";
import { SERIES_ROW } from "./series.ts";

export const PIPELINE_BOARD: Board = {
  uid: BOARD_UIDS.pipeline,
  title: "spendspan: pipeline",
  about: "Whether every call gets into the ledger, and whether metrics and ledger agree.",
  from: "now-6h",
  refresh: "1m",
  variables: [prometheusSource()],
  showsAlerts: true,
  rows: [JOURNAL, AGREEMENT, SERIES_ROW],
};
