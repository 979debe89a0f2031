/** All boards, by the files that they are generated to. `npm run boards` writes them. */
import { type Board, dashboardOf } from "./board.ts";
import { COST_BOARD } from "./cost/board.ts";
import { LEDGER_BOARD } from "./ledger/board.ts";
import { PIPELINE_BOARD } from "./pipeline/board.ts";
import { REQUESTS_BOARD } from "./requests/board.ts";

export const DASHBOARDS_FOLDER: URL = new URL("dashboards/", import.meta.url);

const BOARDS: readonly Board[] = [COST_BOARD, REQUESTS_BOARD, PIPELINE_BOARD, LEDGER_BOARD];

/** The text of each file, by its name. */
export function dashboardFiles(): ReadonlyMap<string, string> {
  return new Map(
    BOARDS.map((board) => [
      `${board.uid}.json`,
      `${JSON.stringify(dashboardOf(board), tidied, 2)}\n`,
    ]),
  );
}

/** What the SDK writes at its default, and Grafana's schema has no longer, or not there. */
const OUTDATED: ReadonlySet<string> = new Set(["auto", "auto_min", "auto_count", "footer"]);

/** By the SDK's default, Grafana also hides links and annotations in a menu. */
function tidied(key: string, value: unknown): unknown {
  const isHidden = key === "placement" && value === "inControlsMenu";
  return isHidden || OUTDATED.has(key) ? undefined : value;
}
