/** A board with a fault of every kind that the check is to find. */
import type { AskingBoard } from "./board-answer.ts";
import { BOARDS } from "./server.ts";

interface Fault {
  readonly panel: string;
  readonly change: object;
  /** What is to be said of it. */
  readonly says: string;
}

const NARROW = { gridPos: { x: 12, y: 1, w: 1, h: 4 } };
const ASKING_FOR_NOTHING = { targets: [{ refId: "A", expr: "unheard_of", instant: true }] };

const FAULTS: readonly Fault[] = [
  { panel: "Budget left", change: { title: "" }, says: "has no title" },
  { panel: "Most used budget", change: ASKING_FOR_NOTHING, says: "shows no figures" },
  { panel: "Ledger read", change: NARROW, says: "its title is cut" },
  {
    panel: "Spend against budget",
    change: { transformations: [{ id: "unheard-of", options: {} }] },
    says: "can't be drawn",
  },
];

export function brokenBoard(): { readonly board: AskingBoard; readonly faults: readonly string[] } {
  const board = BOARDS.get("spendspan-cost");
  if (board === undefined) throw new Error("There is no board of costs");
  const panels = board.panels.map((panel) => ({
    ...panel,
    ...FAULTS.find((fault) => fault.panel === panel.title)?.change,
  }));
  return { board: { ...board, panels }, faults: FAULTS.map(({ says }) => says) };
}
