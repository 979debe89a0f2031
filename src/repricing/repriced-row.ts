/** What a row would cost by the price book of today, from what is stored of it. */
import { v5 } from "uuid";

import { type Picodollars, toUsdString } from "../base/money.ts";
import { asLowerBound, costOf } from "../pricing/cost.ts";
import { rowPriceVersion } from "../pricing/row-price-version.ts";
import type { PriceBook } from "../pricing/price-book.ts";
import type { PriceStatus } from "../usage/record.ts";
import { type Adjusted, type LedgerCost, ledgerCost, storedUsage } from "./stored-row.ts";
import type { StoredRow } from "./stored-row.ts";

/**
 * Why a row keeps its cost.
 * - `free`: known not to be billed, whatever the price
 * - `http_rule`: priced by an HTTP rule, so much a request
 * - `given`: recorded by hand, with its cost
 * - `own_price`: priced by a price of the user's own, and the price book has none of these at all
 * - `no_usage`: no usage was seen, or it is of a kind that this version doesn't know
 * - `no_price`: no price is known, as before
 * - `no_longer_priced`: it has a cost, and the price book has no price for it: one was taken out
 */
export type ReasonLeft =
  | "free"
  | "http_rule"
  | "given"
  | "own_price"
  | "no_usage"
  | "no_price"
  | "no_longer_priced";

/** A correction of a row, in the columns of `api_usage` that it doesn't share with that row. */
export interface Adjustment {
  readonly id: string;
  readonly adjusts_id: string;
  readonly brand: string;
  readonly created_at: string;
  readonly estimated_cost_usd: string;
  readonly prior_price_status: PriceStatus;
  readonly price_status: PriceStatus;
  readonly price_version: string | null;
}

export interface RepricedRow {
  readonly before: LedgerCost;
  readonly after: LedgerCost & { readonly cost: Picodollars };
  /** Undefined when cost and price status are what they were. */
  readonly adjustment: Adjustment | undefined;
}

/** Of our own making; under another, an adjustment that two repricers post would stand there twice. */
const NAMESPACE = "0f6c2c5e-51a3-4d39-8a86-7c0b1a7f9d24";
const HTTP_RULE_VERSION = "rule:";
const USER_PRICE_VERSION = "user:";

/** By the same rules as when it was recorded: usage that is not the last word gives a lower bound. */
export function repricedRow(row: StoredRow & Adjusted, book: PriceBook): RepricedRow | ReasonLeft {
  const reason = reasonLeft(row);
  if (reason !== undefined) return reason;
  if (isOwnPrice(row) && !hasOwnPrices(book)) return "own_price";
  const usage = storedUsage(row);
  if (usage === undefined) return "no_usage";
  const before = ledgerCost(row);
  const listed = costOf(book, usage);
  const { cost, priceStatus, priceVersion } =
    row.usage_status === "final" ? listed : asLowerBound(listed);
  if (cost === undefined) return before.cost === undefined ? "no_price" : "no_longer_priced";
  const after = { cost, priceStatus };
  const isSame = before.cost === cost && before.priceStatus === priceStatus;
  const adjustment = isSame ? undefined : adjustmentOf(row, before, after, priceVersion ?? null);
  return { before, after, adjustment };
}

/** Why the cost of a row rests on something else than usage × price. */
function reasonLeft(row: StoredRow): ReasonLeft | undefined {
  const { price_status, price_version } = row;
  if (price_version?.startsWith(HTTP_RULE_VERSION) === true) return "http_rule";
  if ((row.http_status_code ?? 0) >= 400) return "free";
  if (price_version !== null) return undefined;
  if (price_status === "free") return "free";
  return price_status === "priced" ? "given" : undefined;
}

function isOwnPrice(row: StoredRow & Adjusted): boolean {
  const version = row.adjusted_price_version ?? row.price_version;
  return version?.startsWith(USER_PRICE_VERSION) === true;
}

/** A run that was not told of the app's prices must not turn all it pays into list prices. */
function hasOwnPrices({ models }: PriceBook): boolean {
  return models.some(({ userPeriods }) => userPeriods !== undefined);
}

/** The same row in the same state gives the same id, whoever computes it: it is stored once. */
function adjustmentOf(
  row: StoredRow & Adjusted,
  before: LedgerCost,
  after: RepricedRow["after"],
  priceVersion: string | null,
): Adjustment {
  const { id, brand, created_at, model, adjustment_id } = row;
  return {
    id: v5([id, adjustment_id ?? "", priceVersion ?? ""].join("\n"), NAMESPACE),
    adjusts_id: id,
    brand,
    created_at,
    estimated_cost_usd: toUsdString(after.cost - (before.cost ?? 0n)),
    prior_price_status: before.priceStatus,
    price_status: after.priceStatus,
    price_version:
      priceVersion && rowPriceVersion(priceVersion, { model, serviceTier: row.service_tier }),
  };
}
