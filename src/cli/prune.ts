/** `spendspan prune`: gives up rows that are old, by whole months; their sums stay. */
import { DAY_MS, isoTimestamp, parseTimestamp, systemClock } from "../base/clock.ts";
import { shown } from "../base/error-text.ts";
import {
  countRows,
  dropPartition,
  type Partition,
  partitionsBefore,
} from "../ledger/partitions.ts";
import type { Command } from "./command.ts";
import { bytesText, counted } from "./counts.ts";
import { type Flags, UsageError } from "./flags.ts";
import { DATABASE_FLAGS, withLedgerPool } from "./ledger-pool.ts";

const AGE = /^([1-9]\d{0,4})d$/;
const MONTH = /^\d{4}-(?:0[1-9]|1[0-2])$/;

export const pruneCommand: Command = {
  name: "prune",
  summary: "Drop months of rows that are old; the sums of their hours and days stay",
  flags: {
    "older-than": { value: "<days>d", help: "Months that ended so many days ago: 400d" },
    before: { value: "<month>", help: "Or months before this one, in UTC: 2026-01" },
    "dry-run": { help: "Show what would be dropped, and drop nothing" },
    ...DATABASE_FLAGS,
  },
  run: async (flags, terminal) => {
    const moment = momentOf(flags, systemClock.now());
    const isDryRun = flags.isSet("dry-run");
    const verb = isDryRun ? "Would drop" : "Dropped";
    await withLedgerPool(flags, terminal, async (pool) => {
      const partitions = await partitionsBefore(pool, moment);
      let allRows = 0;
      for (const partition of partitions) {
        const rows = await countRows(pool, partition);
        if (!isDryRun) await dropPartition(pool, partition);
        terminal.print(`${verb} ${partition.name}: ${sizeText(rows, partition.bytes)}`);
        allRows += rows;
      }
      terminal.print(
        partitions.length === 0
          ? `Nothing to drop: no month of rows ends before ${moment}`
          : `${verb} ${sizeText(allRows, bytesOf(partitions))} in all; the sums of hours and days stay`,
      );
    });
  },
};

/** Before which moment all rows of a month must lie. */
function momentOf(flags: Flags, nowMs: number): string {
  const [age, month] = [flags.text("older-than"), flags.text("before")];
  if ((age === undefined) === (month === undefined)) {
    throw new UsageError("Expected either --older-than or --before: which months to drop");
  }
  if (age !== undefined) {
    const days = AGE.exec(age)?.[1];
    if (days !== undefined) return isoTimestamp(nowMs - Number(days) * DAY_MS);
    throw new UsageError(`Expected --older-than to be a number of days, 400d, got ${shown(age)}`);
  }
  const momentMs = MONTH.test(month ?? "") ? parseTimestamp(`${month}-01T00:00:00Z`) : Number.NaN;
  if (momentMs <= nowMs) return isoTimestamp(momentMs);
  throw new UsageError(
    `Expected --before to be a month that has begun, 2026-01, got ${shown(month)}`,
  );
}

function sizeText(rows: number, bytes: number): string {
  return `${counted(rows, "row")}, ${bytesText(bytes)}`;
}

function bytesOf(partitions: readonly Partition[]): number {
  return partitions.reduce((sum, { bytes }) => sum + bytes, 0);
}
