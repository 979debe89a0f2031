/** What an app calls by name besides `init()`: recording by hand, prices, and reports. */
import { systemClock } from "./base/clock.ts";
import { shown } from "./base/error-text.ts";
import { SpendspanError } from "./base/errors.ts";
import { toUsdString } from "./base/money.ts";
import { isRecord } from "./base/rule.ts";
import { costOf } from "./pricing/cost.ts";
import { geminiPriceBook } from "./pricing/gemini-prices.ts";
import type { PriceBook } from "./pricing/price-book.ts";
import { currentRuntime, runtimeSlot } from "./runtime-slot.ts";
import type { UsageStatsQuery } from "./stats/query.ts";
import type { APIUsageStats } from "./stats/report.ts";
import type { APIUsageInsert } from "./usage/api-usage.ts";
import { Fields } from "./usage/fields.ts";
import type { PriceStatus } from "./usage/record.ts";

/** Tokens of one request, as the ledger's columns count them. */
export interface CostQuery {
  readonly model: string;
  /** All that goes in: cached and tool-use tokens included. */
  readonly input_tokens: number;
  /** All that comes out: thinking included. */
  readonly output_tokens: number;
  /** How many of `input_tokens` are read from a cache. @defaultValue `0` */
  readonly cached_input_tokens?: number;
  /** @defaultValue `"standard"` */
  readonly service_tier?: string;
  /** The moment whose prices hold: ISO 8601 text or a `Date`. @defaultValue now */
  readonly at?: string | { toISOString(): string };
}

export interface Cost {
  /** US dollars as exact decimal text; `null` when the model has no known price then. */
  readonly cost_usd: string | null;
  readonly price_status: PriceStatus;
  /** Names the price that was used, e.g. `2026-11-24/gemini-2.5-flash@start/standard`. */
  readonly price_version: string | null;
}

/**
 * What a request costs: 1,000 tokens in and 500 out of `gemini-2.5-flash` are `"0.00155"`, which is
 * 1,000 × $0.30/M + 500 × $2.50/M. Needs no `init()`, but knows the app's own prices from then on only.
 *
 * @throws SpendspanError `ERR_USAGE_INVALID`, naming every fault.
 */
export function calculateCost(query: CostQuery): Cost {
  const fields = new Fields(query);
  const model = fields.requiredText("model");
  const input = fields.count("input_tokens") ?? 0;
  const output = fields.count("output_tokens") ?? 0;
  const cachedInput = fields.count("cached_input_tokens") ?? 0;
  const serviceTier = fields.text("service_tier");
  const atMs = fields.timestamp("at") ?? systemClock.now();
  if (cachedInput > input) {
    fields.faults.push(
      `Expected \`cached_input_tokens\` to be at most \`input_tokens\`, got ${cachedInput} of ${input}`,
    );
  }
  fields.throwFaults();
  const tokens = { input: input - cachedInput, cachedInput, toolUse: 0, output, thinking: 0 };
  const priced = costOf(currentPrices(), { model, tokens, serviceTier, atMs });
  return {
    cost_usd: priced.cost === undefined ? null : toUsdString(priced.cost),
    price_status: priced.priceStatus,
    price_version: priced.priceVersion ?? null,
  };
}

let listPrices: PriceBook | undefined;

function currentPrices(): PriceBook {
  listPrices ??= geminiPriceBook();
  return runtimeSlot().runtime?.priceBook ?? listPrices;
}

/**
 * Records a call that nothing meters, such as one through gRPC. It takes the tags of the enclosing
 * `withUsage`, is counted like any other, and gets the list price unless a cost is given.
 *
 * @returns The row's id.
 * @throws SpendspanError `ERR_USAGE_INVALID`, naming every fault; `ERR_NOT_INITIALISED`.
 */
export function trackAPIUsage(usage: APIUsageInsert): string {
  return currentRuntime("trackAPIUsage()").track(usage);
}

/** Starts a clock; the function it gives says how many whole milliseconds have passed. */
export function createTimer(): () => number {
  const startedMs = systemClock.monotonicMs();
  return () => Math.round(systemClock.monotonicMs() - startedMs);
}

/**
 * What was used and what it cost in the last `days` UTC days, today included, by the ledger.
 *
 * @param query A number of days, 1 to 3660, or that and filters. 30 when absent.
 * @throws SpendspanError `ERR_QUERY` for a bad query, `ERR_NOT_INITIALISED`, `ERR_DATABASE`.
 */
export async function getUsageStats(
  query: number | Partial<UsageStatsQuery> = {},
): Promise<APIUsageStats> {
  const given = typeof query === "number" ? { days: query } : query;
  if (!isRecord(given)) {
    const rule = "Expected a number of days, or an object with it and filters";
    throw new SpendspanError("ERR_QUERY", `${rule}, got ${shown(query)}`);
  }
  return currentRuntime("getUsageStats()").stats({ days: 30, ...given });
}
