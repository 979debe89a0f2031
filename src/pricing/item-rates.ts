/**
 * What is billed by the piece, in picodollars.
 *
 * Only the storage of a cache has a price by the tier, and one whose parts are no whole picodollars:
 * it is rounded once, for all token-seconds of a line.
 */
import { fromUsdString, type Picodollars } from "../base/money.ts";
import { ITEM_KINDS, type ItemKind, type UsedItem } from "../usage/items.ts";
import type { DatedTiers, ItemPrices, Tier } from "./list-price.ts";
import { picodollarsPerToken } from "./rates.ts";

export interface ItemRate {
  readonly kind: ItemKind;
  /** The only one that it is for; undefined: for any. */
  readonly variant: string | undefined;
  /** Once for a request that used any, or for each. */
  readonly per: "prompt" | "piece";
  readonly amount: Picodollars;
  /** How many pieces `amount` buys: 3,600 token-seconds, else one. */
  readonly pieces: bigint;
  /** True when the tier has none of its own. */
  readonly derived: boolean;
}

/** Kinds that never come alone: an answer that rests on a search has tokens, told or not. */
export const BESIDE_TOKENS: ReadonlySet<string> = new Set<ItemKind>([
  "google_search",
  "google_maps",
]);

const SECONDS_PER_HOUR = 3_600n;

/** All that are known, in the order of `ITEM_KINDS`. */
export function itemRates(period: DatedTiers, tier: Tier): readonly ItemRate[] {
  return ITEM_KINDS.flatMap((kind) =>
    kind === "cache_token_second" ? storageRates(period, tier) : pieceRates(period.items, kind),
  );
}

/** What `item` costs at one of `rates`; undefined when none is for it. */
export function billItem(rates: readonly ItemRate[], item: UsedItem): ItemBill | undefined {
  const { kind, quantity, variant } = item;
  const rate = rates.find(
    (one) => one.kind === kind && (one.variant === undefined || one.variant === variant),
  );
  if (rate === undefined || !Number.isSafeInteger(quantity)) return undefined;
  const { amount, pieces, per, derived } = rate;
  const bought = per === "prompt" ? Math.sign(quantity) : quantity;
  return { cost: rounded(BigInt(bought) * amount, pieces), derived };
}

interface ItemBill {
  readonly cost: Picodollars;
  readonly derived: boolean;
}

function pieceRates(
  prices: ItemPrices | undefined,
  kind: Exclude<ItemKind, "cache_token_second">,
): readonly ItemRate[] {
  const price = prices?.[kind];
  if (price === undefined) return [];
  const one = { kind, variant: undefined, per: "piece", pieces: 1n, derived: false } as const;
  if (typeof price === "string") return [{ ...one, amount: fromUsdString(price) }];
  return Object.entries(price).map(([name, usd]) => {
    const amount = fromUsdString(usd);
    return name === "perPrompt"
      ? { ...one, per: "prompt", amount }
      : { ...one, variant: name, amount };
  });
}

function storageRates({ tiers }: DatedTiers, tier: Tier): readonly ItemRate[] {
  const own = tiers?.[tier]?.cacheStoragePerHour;
  const usd = own ?? tiers?.standard.cacheStoragePerHour;
  if (usd === undefined) return [];
  return [
    {
      kind: "cache_token_second",
      variant: undefined,
      per: "piece",
      amount: picodollarsPerToken(usd),
      pieces: SECONDS_PER_HOUR,
      derived: own === undefined,
    },
  ];
}

/** A half is rounded away from zero, so that storage taken back costs what it did. */
function rounded(amount: bigint, divisor: bigint): bigint {
  const magnitude = amount < 0n ? -amount : amount;
  const quotient = (2n * magnitude + divisor) / (2n * divisor);
  return amount < 0n ? -quotient : quotient;
}
