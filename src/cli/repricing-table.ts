/** What repricing found, as a table of the differences and a line for what was left alone. */
import type { ReasonLeft } from "../repricing/repriced-row.ts";
import type { RepricedTotals, RepricingReport } from "../repricing/report.ts";
import { counted, grouped, unpricedNote } from "./counts.ts";
import { type Column, sameDecimals, table } from "./table.ts";

const REASONS: readonly (readonly [ReasonLeft, string])[] = [
  ["free", "not billed"],
  ["http_rule", "priced by an HTTP rule"],
  ["given", "recorded with a cost of their own"],
  ["own_price", "at prices of your own, none of which are known here: give SPENDSPAN_PRICES_FILE"],
  ["no_usage", "without usage to price"],
  ["no_price", "of no known price"],
  ["no_longer_priced", "no longer priced: they keep the cost that they have"],
];

const COLUMNS: readonly Column[] = [
  { title: "Model", align: "left" },
  { title: "Brand", align: "left" },
  { title: "Rows", align: "right" },
  { title: "Before, USD", align: "right" },
  { title: "After, USD", align: "right" },
  { title: "Difference", align: "right" },
  { title: "", align: "left" },
];

export function repricingText(report: RepricingReport): string {
  const { since, until, rows, changed, left_alone } = report;
  const left = REASONS.flatMap(([reason, text]) => {
    const count = left_alone[reason];
    return count === 0 ? [] : [`  ${grouped(count)} ${text}`];
  });
  return [
    `${counted(rows, "row")} from ${since} until ${until}`,
    ...(changed.rows === 0 ? [] : ["", differences(report)]),
    "",
    totalLine(report),
    outcomeLine(report),
    ...(left.length === 0 ? [] : ["", "Left alone:", ...left]),
  ].join("\n");
}

function differences({ by_model_and_brand, changed }: RepricingReport): string {
  const lines = [...by_model_and_brand, { model: "All", brand: "", ...changed }];
  const before = sameDecimals(lines.map(knownBefore));
  const after = sameDecimals(lines.map(({ after_usd }) => after_usd));
  const difference = sameDecimals(lines.map(({ difference_usd }) => signed(difference_usd)));
  const cells = lines.map((line, at) => [
    line.model ?? "(none)",
    line.brand,
    grouped(line.rows),
    before[at] ?? "",
    after[at] ?? "",
    difference[at] ?? "",
    line.newly_priced === 0 ? "" : `${grouped(line.newly_priced)} newly priced`,
  ]);
  return table(COLUMNS, cells);
}

/** Empty when no row had a cost: that is not 0. */
function knownBefore({ before_usd, rows, newly_priced }: RepricedTotals): string {
  return newly_priced === rows ? "" : before_usd;
}

function totalLine({ changed, unpriced_requests }: RepricingReport): string {
  const { rows, difference_usd } = changed;
  const sum = `${counted(rows, "row")} changed, ${signed(difference_usd)} USD`;
  return `${sum} ${unpricedNote(unpriced_requests)}`.trimEnd();
}

function outcomeLine({ dry_run, posted }: RepricingReport): string {
  if (dry_run) return "Dry run: nothing was posted";
  return posted === 0 ? "Nothing was posted" : `${counted(posted, "adjustment")} posted`;
}

function signed(usd: string): string {
  return usd === "0" || usd.startsWith("-") ? usd : `+${usd}`;
}
