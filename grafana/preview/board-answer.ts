/** Asks the data sources what a board asks them, as Grafana would with every variable at its default. */
import { calendarIn } from "../../src/budget/window.ts";
import type { BoardFile, BoardPanel, BoardTarget } from "../../test/grafana/board-file.ts";
import { filledInPromql, filledInSql, type TimeRange } from "../../test/grafana/filled-in-query.ts";
import { SCRAPE_MS } from "../../test/grafana/simulated-calls.ts";
import type { Answer, BoardAnswer, RowsAnswer } from "./answer.ts";
import { NOW_MS, type Scenario, SPARSE_SCRAPE_MS } from "./scenario.ts";

/** Where the reader's browser is. */
export const TIME_ZONE = "Europe/Berlin";
const DATA_SOURCES = { datasource: "Prometheus", ledger: "Ledger" };
const CHOSEN = { period: "month" };
const HOUR_MS = 3_600_000;
/** Of a graph as wide as the window. */
const POINTS = 1_400;
const COLUMNS = 24;
/** What Grafana rounds the distance of two points to. */
const STEPS_MS = [1, 2, 4, 12, 30, 60, 120, 180].map((minutes) => minutes * 60_000);

/** The parts of a board's file that say what it asks for. */
export interface AskingBoard extends BoardFile {
  readonly time: { readonly from: string };
  readonly timezone: string;
}

export async function answerOf(board: AskingBoard, scenario: Scenario): Promise<BoardAnswer> {
  const range = { fromMs: startOf(board), toMs: NOW_MS };
  const panels = await Promise.all(
    board.panels.map(async (panel) => {
      const answers = (panel.targets ?? []).map((target) =>
        target.expr === undefined
          ? rowsOf(target, board, range, scenario)
          : seriesOf(target, panel, range, scenario),
      );
      return [panel.id, await Promise.all(answers)] as const;
    }),
  );
  return {
    ...range,
    chosen: { ...DATA_SOURCES, ...CHOSEN },
    panels: Object.fromEntries(panels),
  };
}

function startOf({ time, timezone }: AskingBoard): number {
  if (time.from === "now/M") {
    return calendarIn(timezone === "utc" ? "UTC" : TIME_ZONE)("month", NOW_MS).fromMs;
  }
  const [, hours] = /^now-(\d+)h$/.exec(time.from) ?? [];
  if (hours === undefined)
    throw new Error(`A board begins at ${time.from}, which is not known here`);
  return NOW_MS - Number(hours) * HOUR_MS;
}

async function seriesOf(
  target: BoardTarget,
  { gridPos }: BoardPanel,
  range: TimeRange,
  { prometheus }: Scenario,
): Promise<Answer> {
  const { expr = "", refId, legendFormat: legend = "", instant: isInstant = false } = target;
  const { fromMs, toMs } = range;
  const scrapeMs = toMs - fromMs > 12 * HOUR_MS ? SPARSE_SCRAPE_MS : SCRAPE_MS;
  const closestMs = (toMs - fromMs) / ((POINTS * gridPos.w) / COLUMNS);
  const stepMs = STEPS_MS.find((ms) => ms >= Math.max(closestMs, scrapeMs)) ?? HOUR_MS;
  const query = filledInPromql(expr, {
    range,
    rateIntervalMs: Math.max(stepMs + scrapeMs, 4 * scrapeMs),
    chosen: CHOSEN,
  });
  const series = isInstant
    ? await prometheus.instant(query, toMs)
    : await prometheus.range(query, Math.ceil(fromMs / stepMs) * stepMs, toMs, stepMs);
  return {
    kind: "series",
    refId,
    legend,
    isTable: target.format === "table",
    stepMs: isInstant ? undefined : stepMs,
    series,
  };
}

/** By the numbers of Postgres's types; others are texts. */
const TYPES: Readonly<Record<number, "number" | "time">> = {
  20: "number",
  21: "number",
  23: "number",
  700: "number",
  701: "number",
  1700: "number",
  1114: "time",
  1184: "time",
};

async function rowsOf(
  { refId, rawSql = "" }: BoardTarget,
  { templating }: AskingBoard,
  range: TimeRange,
  { ledger }: Scenario,
): Promise<RowsAnswer> {
  const pool = await ledger.connection.connect();
  const sql = filledInSql(rawSql, { range, variables: templating.list, chosen: {} });
  const { fields, rows } = await pool.query<unknown[]>({ text: sql, rowMode: "array" });
  const columns = fields.map(({ name, dataTypeID }) => ({
    name,
    type: TYPES[dataTypeID] ?? ("string" as const),
  }));
  const values = columns.map(({ type }, index) => rows.map((row) => cellOf(row[index], type)));
  return { kind: "rows", refId, columns, values };
}

function cellOf(value: unknown, type: "number" | "string" | "time"): number | string | null {
  if (value === null) return null;
  if (type !== "string") return Number(value);
  return typeof value === "string" ? value : JSON.stringify(value);
}
