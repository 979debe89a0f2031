/** `spendspan verify`: whether the ledger's rows are those that once came. */
import { shown } from "../base/error-text.ts";
import { SpendspanError } from "../base/errors.ts";
import { type Chain, type SealFault, type SealReport, verifySeals } from "../ledger/seals.ts";
import type { Command } from "./command.ts";
import { counted, grouped } from "./counts.ts";
import { type Flags, UsageError } from "./flags.ts";
import { DATABASE_FLAGS, withLedgerPool } from "./ledger-pool.ts";

/** SHA-256, as the ledger writes it. */
const SEAL = /^[0-9a-f]{64}$/;

export const verifyCommand: Command = {
  name: "verify",
  summary: "Check that no row was changed or taken away, and seal the days that are over",
  flags: {
    seal: { value: "<hash>", help: "One that an earlier run printed: check that it still holds" },
    json: { help: "Print the whole report as JSON" },
    ...DATABASE_FLAGS,
  },
  run: async (flags, terminal) => {
    const keptSeal = sealOf(flags);
    await withLedgerPool(flags, terminal, async (pool) => {
      const report = await verifySeals(pool, keptSeal);
      terminal.print(flags.isSet("json") ? JSON.stringify(report, undefined, 2) : textOf(report));
      if (report.faults.length === 0) return;
      throw new SpendspanError("ERR_SEAL_BROKEN", "The ledger was changed behind its back");
    });
  },
};

/** A slip in it must not pass for a ledger that was changed. */
function sealOf(flags: Flags): string | undefined {
  const seal = flags.text("seal");
  if (seal === undefined || SEAL.test(seal)) return seal;
  throw new UsageError(`Expected --seal to be 64 hex digits, as printed, got ${shown(seal)}`);
}

function textOf({ faults, sealed, newly_sealed_days, dropped_months }: SealReport): string {
  return [
    ...(faults.length === 0 ? [soundOf(dropped_months)] : faults.map(sentenceOf)),
    ...droppedLines(dropped_months),
    "",
    ...(sealed === null
      ? ["Nothing is sealed yet: a day is, when the next one is over as well"]
      : sealedLines(sealed, newly_sealed_days)),
  ].join("\n");
}

function sealedLines(chain: Chain, newDays: number): readonly string[] {
  const { days, rows, first_day, last_day, newest_seal } = chain;
  const range = first_day === last_day ? first_day : `${first_day} to ${last_day}`;
  return [
    `${counted(rows, "row")} of ${counted(days, "day")} sealed, ${range}; ${grouped(newDays)} of these now`,
    `Newest seal: ${newest_seal}`,
    "Keep it where nobody can change it, and give it to a later run as --seal",
  ];
}

/** Whoever drops a month takes its rows away, whether by `prune` or by hand. */
function soundOf(droppedMonths: readonly string[]): string {
  return droppedMonths.length === 0
    ? "No row was changed"
    : "Of the months that are there, no row was changed";
}

function droppedLines(months: readonly string[]): readonly string[] {
  if (months.length === 0) return [];
  return [
    `Dropped with their partitions, and not there to be checked: calls of ${months.join(", ")}`,
  ];
}

function sentenceOf(fault: SealFault): string {
  if (fault.fault === "kept_seal")
    return `Seal ${fault.seal} is not in the chain: it was made anew`;
  const which = `${fault.day}, calls of ${fault.month}`;
  if (fault.fault === "seal") return `${which}: the seal was changed, or the one before it`;
  const { sealed_rows, found_rows } = fault;
  if (sealed_rows === null) return `${which}: ${counted(found_rows, "row")} came in afterwards`;
  return sealed_rows === found_rows
    ? `${which}: of ${counted(sealed_rows, "row")} at least one was changed`
    : `${which}: ${counted(sealed_rows, "row")} came, ${grouped(found_rows)} are there`;
}
