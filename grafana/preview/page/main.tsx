/** Draws the board that the address names: `/?board=spendspan-cost&theme=dark`. */
import { createTheme, ThemeContext } from "@grafana/data";
import { GlobalStyles, PortalContainer } from "@grafana/ui";
import { createRoot } from "react-dom/client";

import type { BoardAnswer } from "../answer.ts";
import { Board } from "./board.tsx";
import type { BoardJson } from "./board-json.ts";
import { registerFieldConfig } from "./field-config.ts";
import { registerTransformations } from "./transformations.ts";

const parameters = new URLSearchParams(location.search);
const name = parameters.get("board") ?? "spendspan-cost";
const mode = parameters.get("theme") === "light" ? "light" : "dark";

async function read<T>(path: string): Promise<T> {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
  return response.json();
}

const [board, answer] = await Promise.all([
  read<BoardJson>(`/boards/${name}`),
  read<BoardAnswer>(`/answers/${name}`),
]);
registerFieldConfig(board);
registerTransformations();
const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
const timeZone = board.timezone === "utc" ? "utc" : own;
const theme = createTheme({ colors: { mode } });
createRoot(document.querySelector("#root")!).render(
  <ThemeContext.Provider value={theme}>
    <GlobalStyles />
    <PortalContainer />
    <Board board={board} answer={answer} timeZone={timeZone} />
  </ThemeContext.Provider>,
);
