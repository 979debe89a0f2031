/** A board: its name and what is chosen on it, and its panels on Grafana's grid. */
import { dateTimeFormat } from "@grafana/data";
import { Icon, useTheme2 } from "@grafana/ui";
import type { CSSProperties, ReactElement } from "react";

import type { BoardAnswer } from "../answer.ts";
import type { BoardJson, BoardPanel } from "./board-json.ts";
import { Panel } from "./panel.tsx";

/** Of the grid, in pixels; 24 columns share the width of the window. */
const [ROW_HEIGHT, GAP, MARGIN, COLUMNS] = [30, 8, 16, 24];

interface BoardProps {
  readonly board: BoardJson;
  readonly answer: BoardAnswer;
  readonly timeZone: string;
}

export function Board({ board, answer, timeZone }: BoardProps): ReactElement {
  const theme = useTheme2();
  const column = (window.innerWidth - 2 * MARGIN + GAP) / COLUMNS;
  const height = Math.max(...board.panels.map(({ gridPos: { y, h } }) => y + h));
  return (
    <main style={{ padding: MARGIN, background: theme.colors.background.canvas }}>
      <Head board={board} answer={answer} timeZone={timeZone} />
      <div style={{ position: "relative", height: height * (ROW_HEIGHT + GAP) - GAP }}>
        {board.panels.map((panel) => {
          const place = placeOf(panel, column);
          return (
            <div key={panel.id} style={{ position: "absolute", ...place }}>
              {panel.type === "row" ? (
                <RowTitle title={panel.title} />
              ) : (
                <Panel {...place} panel={panel} answer={answer} timeZone={timeZone} />
              )}
            </div>
          );
        })}
      </div>
    </main>
  );
}

function placeOf({ gridPos: { x, y, w, h } }: BoardPanel, column: number) {
  return {
    left: x * column,
    top: y * (ROW_HEIGHT + GAP),
    width: w * column - GAP,
    height: h * (ROW_HEIGHT + GAP) - GAP,
  };
}

function RowTitle({ title }: { readonly title: string }): ReactElement {
  const { colors, spacing, typography } = useTheme2();
  const style = { ...typography.h5, color: colors.text.primary, display: "flex", gap: spacing(1) };
  return (
    <h2 style={{ ...style, alignItems: "center", height: ROW_HEIGHT, margin: 0 }}>
      <Icon name="angle-down" /> {title}
    </h2>
  );
}

function Head({ board, answer, timeZone }: BoardProps): ReactElement {
  const { colors, shape, spacing, typography } = useTheme2();
  const chip: CSSProperties = {
    ...typography.bodySmall,
    display: "inline-flex",
    border: `1px solid ${colors.border.medium}`,
    borderRadius: shape.radius.default,
    background: colors.background.primary,
  };
  const part = { padding: spacing(0.5, 1) };
  const [from, to] = [answer.fromMs, answer.toMs].map((at) => dateTimeFormat(at, { timeZone }));
  return (
    <header style={{ marginBottom: spacing(1) }}>
      <div style={{ display: "flex", justifyContent: "space-between", marginBottom: spacing(1) }}>
        <h1 style={{ ...typography.h4, margin: 0 }}>{board.title}</h1>
        <span style={{ ...chip, ...part }}>
          {from} to {to}
        </span>
      </div>
      <div style={{ display: "flex", gap: spacing(1) }}>
        {board.templating.list.map(({ name, label = name }) => (
          <span key={name} style={chip}>
            <span style={{ ...part, background: colors.background.secondary }}>{label}</span>
            <span style={part}>{answer.chosen[name] ?? "All"}</span>
          </span>
        ))}
      </div>
    </header>
  );
}
