/** `spendspan copy`: moves a ledger, by default the embedded one, into another Postgres. */
import { SpendspanError } from "../base/errors.ts";
import { appliedMigrations, migrate } from "../database/migrate.ts";
import { copyLedger, type CopyOptions } from "../ledger/copy.ts";
import type { MonthComparison, MonthOutcome } from "../ledger/month.ts";
import type { Command } from "./command.ts";
import { counted, grouped } from "./counts.ts";
import { UsageError } from "./flags.ts";
import { withLedgerAt } from "./ledger-pool.ts";
import type { Terminal } from "./terminal.ts";

type Pool = CopyOptions["from"];

const NOTES: Readonly<Record<Exclude<MonthOutcome, "same">, string>> = {
  more: "All rows are there, beside others",
  changed: "Rows came while it was copied: run the same command again",
  other_sums: "All rows are there, but sums of rows that were pruned are not the same",
  fewer: "Some rows are not there, such as results of one job that were booked twice",
};

export const copyCommand: Command = {
  name: "copy",
  summary: "Copy a ledger into another Postgres; safe to break off, and to run again",
  flags: {
    to: {
      value: "<url>",
      help: "Postgres to copy into; its schema is brought up to date (required)",
    },
    from: { value: "<url>", help: "Postgres of the ledger to copy (default: the embedded one)" },
  },
  run: async (flags, terminal) => {
    const to = flags.text("to");
    if (to === undefined) throw new UsageError("Expected --to: the Postgres to copy into");
    const from = flags.text("from");
    if (from === to) throw new UsageError("Expected --to to be another Postgres than --from");
    await withLedgerAt("from", from, terminal, (source) =>
      withLedgerAt("to", to, terminal, async (target) => {
        await migrate(target);
        await requireSameSchema(source, target);
        const comparisons = await untilInterrupted((signal) =>
          copyLedger({
            from: source,
            to: target,
            signal,
            onProgress: ({ start, rows }, doneRows) =>
              terminal.complain(
                `${monthName(start)}: ${grouped(doneRows)} of ${grouped(rows)} rows`,
              ),
            onMonth: ({ start, rows }, addedRows) =>
              terminal.complain(
                `${monthName(start)}: ${counted(rows, "row")}, ${grouped(addedRows)} of them new`,
              ),
          }),
        );
        report(comparisons, terminal);
      }),
    );
  },
};

async function requireSameSchema(source: Pool, target: Pool): Promise<void> {
  const [ours, theirs] = [await appliedMigrations(source), await appliedMigrations(target)];
  if (ours.join() === theirs.join()) return;
  const rule = "Expected the ledger to copy to have the schema of this version of spendspan";
  throw new SpendspanError("ERR_MIGRATION", `${rule}: run \`spendspan migrate\` on it first`);
}

/** The first Ctrl-C ends the work at the next batch; a second one ends the process as ever. */
async function untilInterrupted<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const interrupted = new AbortController();
  const interrupt = (): void => interrupted.abort();
  process.once("SIGINT", interrupt);
  process.once("SIGTERM", interrupt);
  try {
    return await work(interrupted.signal);
  } finally {
    process.off("SIGINT", interrupt);
    process.off("SIGTERM", interrupt);
  }
}

function report(comparisons: readonly MonthComparison[] | undefined, terminal: Terminal): void {
  if (comparisons === undefined) {
    throw new SpendspanError("ERR_DATABASE", "Broken off: run the same command again to go on");
  }
  const faulty = comparisons.filter(({ outcome }) => outcome !== "same" && outcome !== "more");
  for (const comparison of comparisons) {
    const line = noteOn(comparison);
    if (line !== undefined) terminal.complain(line);
  }
  if (faulty.length > 0) {
    const months = faulty.map(({ month }) => monthName(month.start)).join(", ");
    throw new SpendspanError("ERR_DATABASE", `The two ledgers differ in ${months}`);
  }
  const rows = comparisons.reduce((sum, { month }) => sum + month.rows, 0);
  terminal.print(
    `Verified, month by month: ${counted(rows, "row")}, ${counted(comparisons.length, "month")}`,
  );
}

function noteOn({ month, other, outcome }: MonthComparison): string | undefined {
  if (outcome === "same") return undefined;
  const here = `${counted(month.rows, "row")} of ${month.costUsd} USD (in sums ${month.summedUsd})`;
  const there = `${counted(other?.rows ?? 0, "row")} of ${other?.costUsd ?? "0"} USD (in sums ${other?.summedUsd ?? "0"})`;
  return `${monthName(month.start)}: ${NOTES[outcome]}: ${here} here, ${there} there`;
}

/** `2026-11`. */
function monthName(start: string): string {
  return start.slice(0, "2026-11".length);
}
