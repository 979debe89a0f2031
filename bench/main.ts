/**
 * What metering costs, beside the bare SDK and beside what a careful engineer writes by hand.
 *
 *   npm run bench              all of it, in some minutes
 *   npm run bench -- --quick   a few rounds, to see that it runs
 *
 * Prints Markdown, as it stands in README.
 */
import { parseArgs } from "node:util";

import type { Transport } from "./calls.ts";
import { Child } from "./child.ts";
import { compare, type Cost } from "./comparison.ts";
import type { Contestant } from "./contestant.ts";
import { EmbeddedLedger } from "./embedded-ledger.ts";
import { importCosts } from "./imports.ts";
import { machine, markdownTable } from "./markdown.ts";
import type { SimulatorProcess } from "./simulator.ts";
import { shownSpread, spreadOf } from "./spread.ts";
import { SHAPES, type VariantName, VARIANTS } from "./variant.ts";

const CALLS_A_ROUND = 240;
const NOBODYS_POSTGRES = "postgres://127.0.0.1:1/none";
const NAMES: Record<VariantName, string> = {
  bare: "`@google/genai` alone",
  byHand: "span and 4 metric records by hand (the floor)",
  spendspan: "spendspan, everything on",
};

const { quick } = parseArgs({ options: { quick: { type: "boolean" } } }).values;
const rounds = quick === true ? 3 : 60;

console.log(machine());
{
  await using ledger = await EmbeddedLedger.make();
  await ledger.connection.connect();
  const databaseUrl = ledger.connection.url!;
  await printCosts("mocked `fetch`", "mock", databaseUrl);
  await using simulator = new Child<SimulatorProcess>("./simulator.ts", {});
  await printCosts(
    "HTTP to a simulator",
    { url: await simulator.call("url", undefined as never) },
    databaseUrl,
  );
  await printBatchStall(databaseUrl);
}
await printMemory();
await printImports();

/** CPU of the process, in microseconds a call: median and quartiles. */
async function printCosts(title: string, transport: Transport, databaseUrl: string): Promise<void> {
  const rows: string[][] = [];
  for (const shape of SHAPES) {
    const costs = await compare(shape, {
      transport,
      databaseUrl,
      variants: VARIANTS,
      rounds,
      callsARound: CALLS_A_ROUND,
    });
    const floor = costs.find(({ variant }) => variant === "byHand")!;
    rows.push(...costs.map((cost) => rowOf(cost, floor)));
  }
  const head = [`CPU µs a call, ${title}`, "during the call", "behind it", "× the floor"];
  console.log(`\n${markdownTable(head, rows)}`);
}

function rowOf({ variant, shape, callUs, settlingUs }: Cost, floor: Cost): string[] {
  const ratio = callUs.median / floor.callUs.median;
  const calls = shape === "unary" ? "unary" : "20-chunk stream";
  return [
    `${calls}: ${NAMES[variant]}`,
    shownSpread(callUs),
    shownSpread(settlingUs),
    ratio.toFixed(2),
  ];
}

/** How long a batch of 250 rows on its way to Postgres holds the event loop at a time. */
async function printBatchStall(databaseUrl: string): Promise<void> {
  const setting = { variant: "spendspan", transport: "mock", databaseUrl };
  await using child = new Child<Contestant>("./contestant.ts", setting);
  const stalls: number[] = [];
  for (let round = 0; round < rounds + 5; round++) {
    const stallUs = await child.call("longestTurnUs", { shape: "unary", calls: 250 });
    if (round >= 5) stalls.push(stallUs);
  }
  console.log(
    `\nLongest turn of the event loop while 250 rows are written: ${shownSpread(spreadOf(stalls), 0)} µs`,
  );
}

/** Heap with Postgres away: rows wait in the journal, up to `maxJournalBytes`. */
async function printMemory(): Promise<void> {
  const rows: string[][] = [];
  for (const variant of VARIANTS) {
    const setting = { variant, transport: "mock", databaseUrl: NOBODYS_POSTGRES };
    await using child = new Child<Contestant>("./contestant.ts", setting);
    const cells: string[] = [];
    for (const calls of quick === true ? [1_000] : [10_000, 90_000, 100_000]) {
      const { heapBytes, residentBytes } = await child.call("memoryAfter", {
        shape: "unary",
        calls,
      });
      cells.push(`${(heapBytes / 1e6).toFixed(0)} / ${(residentBytes / 1e6).toFixed(0)}`);
    }
    rows.push([NAMES[variant], ...cells]);
  }
  const head =
    quick === true ? ["1,000 calls"] : ["10,000 calls", "100,000 calls", "200,000 calls"];
  console.log(`\n${markdownTable(["MB heap / resident, Postgres away", ...head], rows)}`);
}

async function printImports(): Promise<void> {
  const names = ["@opentelemetry/api", "spendspan", "@opentelemetry/sdk-node", "@google/genai"];
  const costs = await importCosts(names, quick === true ? 2 : 15);
  const rows = costs.map(({ name, cpuMs, residentMb }) => [
    `\`${name}\``,
    shownSpread(cpuMs, 0),
    shownSpread(residentMb, 0),
  ]);
  console.log(`\n${markdownTable(["import", "CPU ms", "MB resident"], rows)}`);
}
