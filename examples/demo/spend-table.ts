/** Spend as lines of a table, and their colours. */
import { styleText } from "node:util";

import { toUsdString } from "../../src/base/money.ts";
import { counted, grouped } from "../../src/cli/counts.ts";
import { type Column, sameDecimals, table } from "../../src/cli/table.ts";
import type { Size } from "./screen.ts";
import type { Spend, SpendRow } from "./spend.ts";

const COLUMNS: readonly Column[] = [
  { title: "Brand", align: "left" },
  { title: "Model", align: "left" },
  { title: "Calls", align: "right" },
  { title: "Tokens", align: "right" },
  { title: "USD", align: "right" },
  { title: "Unpriced", align: "right" },
  { title: "", align: "left" },
];
/** Head, two rules, what was left out, the sum, and how calls ended. */
const LINES_AROUND_ROWS = 6;
/** On a narrower terminal there are no bars: half of one would mislead. */
const COLUMNS_WITH_BARS = 100;
const BAR_COLUMNS = 16;
const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** A line for each brand and model, the sum of all, and how calls ended with `pace` behind it. */
export function spendLines(spend: Spend, pace: string, size: Size): readonly string[] {
  const shown = spend.rows.slice(0, Math.max(1, size.lines - LINES_AROUND_ROWS));
  const left = spend.rows.length - shown.length;
  const costs = sameDecimals([...shown, spend.total].map(knownCost));
  const mostCost = shown.reduce((most, { cost }) => (cost > most ? cost : most), 0n);
  const rows = shown.map((row, at) => [
    row.brand === shown[at - 1]?.brand ? "" : row.brand,
    row.model,
    ...numbersOf(row, costs[at]),
    size.columns < COLUMNS_WITH_BARS ? "" : bar(row.cost, mostCost),
  ]);
  const total = ["All", "", ...numbersOf(spend.total, costs.at(-1)), ""];
  const [head = "", rule = "", ...lines] = table(COLUMNS, [...rows, total]).split("\n");
  return [
    head,
    rule,
    ...lines.slice(0, -1),
    ...(left > 0 ? [`… and ${left} more, for which the window is too low`] : []),
    rule,
    lines.at(-1) ?? "",
    [...statusNotes(spend), pace].join(" · "),
  ];
}

/** Brands stand out, and what needs an eye has a colour. */
export function paintSpend(line: string): string {
  const paint = (style: Parameters<typeof styleText>[0], text: string): string =>
    styleText(style, text, { validateStream: false });
  if (/^(?:Brand|─|…)/.test(line)) return paint("dim", line);
  return line
    .replace(/[▏▎▍▌▋▊▉█]+/, (text) => paint("cyan", text))
    .replace(/\+ [\d ]+ calls?/, (text) => paint("yellow", text))
    .replace(/^\S+(?= )(?! \d)/, (text) => paint("bold", text))
    .replace(/\b(?:error|timeout) [\d ]*\d/g, (text) => paint("red", text))
    .replace(/\b(?:blocked|cancelled|unknown) [\d ]*\d/g, (text) => paint("yellow", text))
    .replace(/\bsuccess [\d ]*\d/, (text) => paint("green", text));
}

function numbersOf(row: SpendRow, cost: string | undefined): readonly string[] {
  return [grouped(row.calls), grouped(row.tokens), cost ?? "", unpricedNote(row)];
}

/** Empty when no call has a price: that is not 0. */
function knownCost({ calls, unpriced, cost }: SpendRow): string {
  return calls > 0 && unpriced === calls ? "" : toUsdString(cost);
}

function unpricedNote({ unpriced }: SpendRow): string {
  return unpriced === 0 ? "" : `+ ${counted(unpriced, "call")}`;
}

function statusNotes({ statuses }: Spend): readonly string[] {
  return Array.from(statuses, ([status, calls]) => `${status} ${grouped(calls)}`);
}

/** As long as the cost is of the largest. */
function bar(cost: bigint, most: bigint): string {
  const eighths = most === 0n ? 0 : Number((cost * BigInt(BAR_COLUMNS) * 8n) / most);
  return "█".repeat(eighths >> 3) + (EIGHTHS[eighths & 7] ?? "");
}
