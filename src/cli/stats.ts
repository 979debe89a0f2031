/** `spendspan stats`: what was spent, by brand and by model. */
import { systemClock } from "../base/clock.ts";
import { shown } from "../base/error-text.ts";
import { getUsageStats } from "../stats/queries.ts";
import type { UsageStatsQuery } from "../stats/query.ts";
import type {
  APIUsageStats,
  CostTrust,
  PendingJobs,
  UsageByKey,
  UsageTotals,
} from "../stats/report.ts";
import type { Command } from "./command.ts";
import { counted, grouped, unpricedNote } from "./counts.ts";
import { type Flags, UsageError } from "./flags.ts";
import { DATABASE_FLAGS, withLedgerPool } from "./ledger-pool.ts";
import { type Column, sameDecimals, table } from "./table.ts";

const DEFAULT_DAYS = "30";
const WHOLE_NUMBER = /^\d+$/;

export const statsCommand: Command = {
  name: "stats",
  summary: "Show what was spent, by brand and by model",
  flags: {
    days: {
      value: "<number>",
      help: `Whole days in UTC, today included (default: ${DEFAULT_DAYS})`,
    },
    brand: { value: "<name>", help: "Only what was for this brand" },
    json: { help: "Print the whole report as JSON" },
    ...DATABASE_FLAGS,
  },
  run: async (flags, terminal) => {
    const query = queryOf(flags);
    await withLedgerPool(flags, terminal, async (pool) => {
      const stats = await getUsageStats(pool, query, systemClock);
      terminal.print(flags.isSet("json") ? JSON.stringify(stats, undefined, 2) : textOf(stats));
    });
  },
};

function queryOf(flags: Flags): UsageStatsQuery {
  const days = flags.text("days") ?? DEFAULT_DAYS;
  if (!WHOLE_NUMBER.test(days)) {
    throw new UsageError(`Expected --days to be a whole number, got ${shown(days)}`);
  }
  return { days: Number(days), brand: flags.text("brand") };
}

/** The report as tables. Costs are to the last digit, at list prices. */
function textOf(stats: APIUsageStats): string {
  const days = stats.days === 1 ? "Today" : `Last ${stats.days} days`;
  return [
    `${days}, in UTC`,
    "",
    groupTable("Brand", stats.by_brand),
    "",
    groupTable("Model", stats.by_model),
    "",
    totalLine(stats),
    ...pendingLines(stats.pending_jobs),
  ].join("\n");
}

function groupTable(title: string, groups: UsageByKey): string {
  const entries = Object.entries(groups);
  const costs = sameDecimals(entries.map(([, totals]) => knownCost(totals)));
  const columns: readonly Column[] = [
    { title, align: "left" },
    { title: "Calls", align: "right" },
    { title: "Tokens", align: "right" },
    { title: "USD", align: "right" },
    { title: "", align: "left" },
  ];
  const rows = entries.map(([name, totals], at) => [
    name,
    grouped(totals.requests),
    grouped(totals.tokens),
    costs[at] ?? "",
    notesOf(totals),
  ]);
  return table(columns, rows);
}

function totalLine(stats: APIUsageStats): string {
  const { total_requests, total_tokens, total_cost_usd } = stats;
  const sum = `${counted(total_requests, "call")}, ${counted(total_tokens, "token")}, ${total_cost_usd} USD`;
  return `${sum} ${notesOf(stats)}`.trimEnd();
}

/** How far the cost beside it can be trusted. */
function notesOf({
  unpriced_requests,
  lower_bound_requests,
  estimated_requests,
}: CostTrust): string {
  return [
    unpricedNote(unpriced_requests),
    lower_bound_requests === 0 ? "" : `${grouped(lower_bound_requests)} at least`,
    estimated_requests === 0 ? "" : `${grouped(estimated_requests)} estimated`,
  ]
    .filter((note) => note !== "")
    .join(", ");
}

function pendingLines({ count, oldest }: PendingJobs): readonly string[] {
  if (oldest === null) return [];
  const since = oldest.slice(0, "2026-11-24".length);
  const them = count === 1 ? "since" : "the oldest since";
  return [`${counted(count, "job")} pending, ${them} ${since}`];
}

/** Empty when no call of a group has a price: that is not 0. */
function knownCost({ cost_usd, requests, unpriced_requests }: UsageTotals): string {
  // Storage that has no price counts as unpriced, and is no request.
  const hasNone = unpriced_requests > 0 && unpriced_requests >= requests && cost_usd === "0";
  return hasNone ? "" : cost_usd;
}
