/** Draws the board that the address names: `/?board=spendspan-cost&theme=dark`. */
import { createTheme, ThemeContext } from "@grafana/data";
import { GlobalStyles, PortalContainer } from "@grafana/ui";
import type { ReactNode } from "react";
import { flushSync } from "react-dom";
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
const root = createRoot(document.querySelector("#root")!);
const drawn = (content: ReactNode) => (
  <ThemeContext.Provider value={theme}>
    <GlobalStyles />
    <PortalContainer />
    {content}
  </ThemeContext.Provider>
);
// The styles name the font, in which figures are measured to fit their panels: so it comes first.
flushSync(() => root.render(drawn(null)));
await Promise.all([400, 500].map((weight) => document.fonts.load(`${weight} 14px Inter`)));
root.render(drawn(<Board board={board} answer={answer} timeZone={timeZone} />));
