/** `spendspan reprice`: computes what was recorded again, and posts what is different as corrections. */
import { isoTimestamp, systemClock } from "../base/clock.ts";
import { resolveConfig } from "../config/resolve.ts";
import { geminiPriceBook } from "../pricing/gemini-prices.ts";
import { reprice } from "../repricing/reprice.ts";
import type { Command } from "./command.ts";
import { type Flags, UsageError } from "./flags.ts";
import { DATABASE_FLAGS, withLedgerPool } from "./ledger-pool.ts";
import { repricingText } from "./repricing-table.ts";

export const repriceCommand: Command = {
  name: "reprice",
  summary: "Compute costs again by the prices known now, and post the differences",
  flags: {
    since: {
      value: "<time>",
      help: "First day in UTC, or moment, 2026-12-01T00:00:00Z (required)",
    },
    until: { value: "<time>", help: "The day or moment before which to stop (default: now)" },
    brand: { value: "<name>", help: "Only what was for this brand" },
    model: { value: "<id>", help: "Only calls of this model" },
    "dry-run": { help: "Show the differences, and post nothing" },
    json: { help: "Print the whole report as JSON" },
    ...DATABASE_FLAGS,
  },
  run: async (flags, terminal) => {
    const period = periodOf(flags, systemClock.now());
    const { priceTimeZone, prices } = resolveConfig({}, terminal.environment);
    await withLedgerPool(flags, terminal, async (pool) => {
      const report = await reprice(pool, {
        ...period,
        brand: flags.text("brand"),
        model: flags.text("model"),
        dryRun: flags.isSet("dry-run"),
        book: geminiPriceBook(priceTimeZone).with(prices),
      });
      const isJson = flags.isSet("json");
      terminal.print(isJson ? JSON.stringify(report, undefined, 2) : repricingText(report));
    });
  },
};

function periodOf(flags: Flags, nowMs: number) {
  const sinceMs = flags.moment("since");
  if (sinceMs === undefined) {
    throw new UsageError("Expected --since: the first day whose costs to compute again");
  }
  const untilMs = flags.moment("until") ?? nowMs;
  if (sinceMs < untilMs) return { since: isoTimestamp(sinceMs), until: isoTimestamp(untilMs) };
  const until = flags.text("until") === undefined ? "now" : `--until, ${isoTimestamp(untilMs)}`;
  throw new UsageError(`Expected --since to be before ${until}, got ${isoTimestamp(sinceMs)}`);
}
