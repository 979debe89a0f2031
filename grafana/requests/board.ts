/** Requests: for whoever keeps the apps running. */
import type { Board } from "../board.ts";
import { BOARD_UIDS } from "../links.ts";
import { labelFilters, prometheusSource } from "../variables.ts";
import { LATENCY } from "./latency.ts";
import { TOKEN_KINDS } from "./tokens.ts";
import { PARTS, TRAFFIC } from "./traffic.ts";

export const REQUESTS_BOARD: Board = {
  uid: BOARD_UIDS.requests,
  title: "spendspan: requests",
  about: "How many calls there are, how they end, how long they take, and what they are made of.",
  from: "now-6h",
  refresh: "1m",
  variables: [prometheusSource(), ...labelFilters()],
  showsAlerts: true,
  rows: [TRAFFIC, PARTS, LATENCY, TOKEN_KINDS],
};
