/**
 * What the ledger does with rows, and how fast, each beside its limit in the same run.
 *
 *   npm run bench:ledger              all but the next line, in some minutes
 *   npm run bench:ledger -- --large   and reports on 10 million rows; takes 10 GB of disk and of memory
 *   npm run bench:ledger -- --quick   a few rows, to see that it runs
 *   npm run bench:ledger -- --only stats,size
 *
 * Starts a Postgres of its own, needs `psql`, and prints Markdown, as it stands in README.
 */
import { parseArgs } from "node:util";

import { load, machine, markdownTable } from "../markdown.ts";
import { shownSpread } from "../spread.ts";
import { catchUp } from "./catch-up.ts";
import { ingestCosts, limitOf } from "./ingest.ts";
import { journalCost } from "./journal-cost.ts";
import { Server } from "./server.ts";
import { rowSize } from "./size.ts";
import { statsCost } from "./stats.ts";

const CALLS_A_SECOND = 10_000;
const USUAL = {
  rounds: 9,
  rows: 60_000,
  sized: 200_000,
  reported: [1_000_000],
  /** In seconds. */
  outage: [10, 20],
};
const SCALES = {
  quick: { rounds: 2, rows: 20_000, sized: 4_000, reported: [20_000], outage: [1] },
  usual: USUAL,
  large: { ...USUAL, reported: [1_000_000, 10_000_000] },
};
const PARTS = { journal, ingest, size, outage, stats };

const { quick, large, only } = parseArgs({
  options: { quick: { type: "boolean" }, large: { type: "boolean" }, only: { type: "string" } },
}).values;
const scale = SCALES[quick === true ? "quick" : large === true ? "large" : "usual"];
const wanted = only?.split(",");

await using server = await Server.start();
console.log(`${machine()}, Postgres ${await server.version()}`);
for (const [name, part] of Object.entries(PARTS)) {
  if (wanted === undefined || wanted.includes(name)) console.log(`\n${await part()}\n\n${load()}`);
}

async function journal(): Promise<string> {
  const cost = await journalCost(2 * scale.rounds, scale.rows / 6);
  const head = ["CPU µs a call on the event loop", "median (quartiles)", "× bare"];
  const bytes = cost.bytesACall.toFixed(0);
  return markdownTable(head, [
    [`bare \`writeSync\` of the same ${bytes} bytes, twice a call`, shownSpread(cost.bare), "1.00"],
    [
      "the journal: rows made and written, start and end",
      shownSpread(cost.journal),
      (cost.journal.median / cost.bare.median).toFixed(2),
    ],
  ]);
}

async function ingest(): Promise<string> {
  const costs = await ingestCosts(server, scale.rounds, scale.rows);
  const limit = limitOf(costs);
  const rows = costs.map(({ way, rowsASecond, nodeUs, serverUs }) => [
    way,
    shownSpread(rowsASecond, 0),
    `${((100 * rowsASecond.median) / limit.rowsASecond.median).toFixed(0)} %`,
    Number.isNaN(nodeUs.median) ? "" : shownSpread(nodeUs),
    shownSpread(serverUs),
  ]);
  const head = ["into Postgres", "rows a second", "of `\\copy`", "CPU µs a row, Node", "Postgres"];
  return markdownTable(head, rows);
}

async function size(): Promise<string> {
  const rows: string[][] = [];
  for (const tags of ["names", "uuids"] as const) {
    const { table, indexes, sums } = await rowSize(server, tags, scale.sized);
    const cells = [table, indexes, table + indexes, sums].map((bytes) => bytes.toFixed(0));
    rows.push([tags === "names" ? "brands are names" : "brands and campaigns are UUIDs", ...cells]);
  }
  return markdownTable(["bytes a row", "table", "indexes", "both", "and the sums"], rows);
}

async function outage(): Promise<string> {
  const { states, rows, tookMs } = await catchUp(server, CALLS_A_SECOND, scale.outage);
  const head = ["Postgres away", "calls a second", "MB heap", "MB resident", "MB journal"];
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(0);
  const table = markdownTable(
    head,
    states.map(({ calls, rate, heapBytes, residentBytes, journalBytes }) => [
      `${calls.toLocaleString("en")} calls made`,
      calls === 0 ? "" : rate.toFixed(0),
      ...[heapBytes, residentBytes, journalBytes].map(megabytes),
    ]),
  );
  const rate = ((rows / tookMs) * 1_000).toFixed(0);
  const seconds = (tookMs / 1_000).toFixed(1);
  return `${table}\n\nThe ledger has all ${rows.toLocaleString("en")} rows ${seconds} s after it is back: ${rate} a second.`;
}

async function stats(): Promise<string> {
  const rows: string[][] = [];
  for (const reported of scale.reported) {
    const { sums, reportMs, brandMs, inJs } = await statsCost(server, reported, scale.rounds);
    rows.push([
      reported.toLocaleString("en"),
      sums.toLocaleString("en"),
      shownSpread(reportMs, 0),
      shownSpread(brandMs, 0),
      inJs === undefined ? "runs out of memory" : inJs.tookMs.toFixed(0),
      inJs === undefined ? "" : (inJs.residentBytes / 1e6).toFixed(0),
    ]);
  }
  const ofOurs = ["30 days: rows in 90", "sums read", "report, ms", "one brand, ms"];
  return markdownTable([...ofOurs, "all rows in JavaScript, ms", "MB resident"], rows);
}
