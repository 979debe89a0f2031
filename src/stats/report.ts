/** What a report on usage says, and how the database's cells become one. */
import { DAY_MS, isoTimestamp } from "../base/clock.ts";
import { SpendspanError } from "../base/errors.ts";
import { fromUsdString, toUsdString } from "../base/money.ts";

/** How much of a cost is not known exactly. A row that was priced later counts as it is priced now. */
export interface CostTrust {
  /** Requests, and changes to the storage of caches, whose cost is unknown: it is not in the sum. */
  readonly unpriced_requests: number;
  /** Likewise those of which the sum has a lower bound: some of their usage or its price is unknown. */
  readonly lower_bound_requests: number;
  /** Likewise those for which a rule filled in a missing rate. */
  readonly estimated_requests: number;
}

export interface UsageTotals extends CostTrust {
  /** Billed requests and results of jobs; not jobs handed in, changes to storage, or corrections. */
  readonly requests: number;
  /** Input and output together; requests of unknown usage add nothing. */
  readonly tokens: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
  /** US dollars as exact decimal text, storage and corrections included. */
  readonly cost_usd: string;
}

/** Work that was handed in and is billed by its results, none of which has been fetched. */
export interface PendingJobs {
  readonly count: number;
  /** When the oldest was handed in, ISO 8601; `null` when there is none. */
  readonly oldest: string | null;
}

export interface DayUsage extends UsageTotals {
  /** `2026-11-24`, in UTC. */
  readonly date: string;
}

/**
 * Keys are the values themselves; `(none)` stands for requests without one, so that the groups of
 * each kind sum to the total.
 */
export type UsageByKey = { readonly [key: string]: UsageTotals };

export interface APIUsageStats extends CostTrust {
  /** Whole UTC days, today included. */
  readonly days: number;
  /** First moment of the first day, ISO 8601. */
  readonly from: string;
  /** First moment after the last day: tomorrow, 00:00 UTC. */
  readonly to: string;
  /** The filters that were asked for. */
  readonly brand?: string;
  readonly campaign?: string;
  readonly provider?: string;
  readonly model?: string;
  readonly total_requests: number;
  readonly total_tokens: number;
  /** US dollars as exact decimal text. */
  readonly total_cost_usd: string;
  /** By the filters, whenever they were handed in. Their cost is in no total yet. */
  readonly pending_jobs: PendingJobs;
  readonly by_provider: UsageByKey;
  readonly by_endpoint: UsageByKey;
  readonly by_model: UsageByKey;
  readonly by_brand: UsageByKey;
  readonly by_campaign: UsageByKey;
  readonly by_status: UsageByKey;
  /** Every day of the period, also those without a request, oldest first. */
  readonly by_day: readonly DayUsage[];
}

/** The ways in which a report groups requests; `total` is all of them. */
export const DIMENSIONS = [
  "total",
  "provider",
  "endpoint",
  "model",
  "brand",
  "campaign",
  "status",
  "day",
] as const;
export type Dimension = (typeof DIMENSIONS)[number];

/** One group of one dimension as the database hands it over; counts as text, for they are exact. */
export interface Cell {
  readonly dimension: Dimension;
  /** `null` for the total, and for requests without such a value. */
  readonly key: string | null;
  readonly requests: string;
  readonly tokens: string;
  readonly input_tokens: string;
  readonly output_tokens: string;
  readonly cost_usd: string;
  readonly unpriced_requests: string;
  readonly lower_bound_requests: string;
  readonly estimated_requests: string;
}

/** Likewise of the jobs that wait for their results. */
export interface PendingCell {
  readonly count: string;
  readonly oldest: string | null;
}

/** What was asked for. */
export interface Period {
  readonly days: number;
  readonly fromMs: number;
  readonly toMs: number;
}

const NO_VALUE = "(none)";
const NOTHING: UsageTotals = {
  requests: 0,
  tokens: 0,
  input_tokens: 0,
  output_tokens: 0,
  cost_usd: "0",
  unpriced_requests: 0,
  lower_bound_requests: 0,
  estimated_requests: 0,
};

export function reportOf(
  cells: readonly Cell[],
  pending: PendingCell | undefined,
  { days, fromMs, toMs }: Period,
  filters: Pick<APIUsageStats, "brand" | "campaign" | "provider" | "model">,
): APIUsageStats {
  const by = new Map<Dimension, Map<string, UsageTotals>>(
    DIMENSIONS.map((dimension) => [dimension, new Map()]),
  );
  for (const cell of cells) by.get(cell.dimension)?.set(cell.key ?? NO_VALUE, totalsOf(cell));
  const groups = (dimension: Dimension): UsageByKey => Object.fromEntries(by.get(dimension) ?? []);
  const total = by.get("total")?.get(NO_VALUE) ?? NOTHING;
  return {
    days,
    from: isoTimestamp(fromMs),
    to: isoTimestamp(toMs),
    ...filters,
    total_requests: total.requests,
    total_tokens: total.tokens,
    total_cost_usd: total.cost_usd,
    unpriced_requests: total.unpriced_requests,
    lower_bound_requests: total.lower_bound_requests,
    estimated_requests: total.estimated_requests,
    pending_jobs: { count: countOf(pending?.count ?? "0"), oldest: pending?.oldest ?? null },
    by_provider: groups("provider"),
    by_endpoint: groups("endpoint"),
    by_model: groups("model"),
    by_brand: groups("brand"),
    by_campaign: groups("campaign"),
    by_status: groups("status"),
    by_day: Array.from({ length: days }, (_, day) => {
      const date = isoTimestamp(fromMs + day * DAY_MS).slice(0, "2026-11-24".length);
      return { date, ...(by.get("day")?.get(date) ?? NOTHING) };
    }),
  };
}

function totalsOf(cell: Cell): UsageTotals {
  return {
    requests: countOf(cell.requests),
    tokens: countOf(cell.tokens),
    input_tokens: countOf(cell.input_tokens),
    output_tokens: countOf(cell.output_tokens),
    // Without the zeros that numeric(20,12) puts behind every amount.
    cost_usd: toUsdString(fromUsdString(cell.cost_usd)),
    unpriced_requests: countOf(cell.unpriced_requests),
    lower_bound_requests: countOf(cell.lower_bound_requests),
    estimated_requests: countOf(cell.estimated_requests),
  };
}

function countOf(text: string): number {
  const count = Number(text);
  if (Number.isSafeInteger(count)) return count;
  throw new SpendspanError("ERR_DATABASE", `Expected a count below 2^53, got ${text}`);
}
