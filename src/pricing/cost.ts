/**
 * Usage × dated price = cost: whole picodollars, and how far they can be trusted.
 *
 * `priceVersion` names the price that was used (see `Price`); with the tokens and the platform on
 * the same row, the cost can be computed again. The book only ever grows, so it stays true.
 */
import type { Picodollars } from "../base/money.ts";
import type { UsedItem } from "../usage/items.ts";
import type { PricedCost, PriceStatus } from "../usage/record.ts";
import { MODALITIES, type ModalityCounts, type TokenCounts } from "../usage/tokens.ts";
import type { Price } from "./dated-prices.ts";
import type { Tier } from "./list-price.ts";
import type { PriceBook } from "./price-book.ts";
import type { TokenRate } from "./rates.ts";

/** The usage of one HTTP request: sums over several would trip the 200,000 token edge falsely. */
export interface BilledUsage {
  /** The model that answered. */
  readonly model: string | undefined;
  readonly tokens: TokenCounts | undefined;
  /** @defaultValue none */
  readonly items?: readonly UsedItem[] | undefined;
  /** The tier that was served, lower case; undefined: standard. */
  readonly serviceTier?: string | undefined;
  /** `gemini_api` or `vertex_ai`; undefined: the Gemini API's list price. */
  readonly platform?: string | undefined;
  /** When the request was made, in milliseconds since the Unix epoch. */
  readonly atMs: number;
}

export const UNPRICED: PricedCost = {
  cost: undefined,
  priceStatus: "unpriced",
  priceVersion: undefined,
  items: [],
};

/** For what the provider is known not to bill, such as an answer of 400 and above. */
export const NOT_BILLED: PricedCost = {
  cost: 0n,
  priceStatus: "free",
  priceVersion: undefined,
  items: [],
};

/** As answers spell them: `usageMetadata.serviceTier`, and Vertex AI's `trafficType`. */
const TIER_NAMES: ReadonlyMap<string | undefined, Tier> = new Map<string | undefined, Tier>([
  [undefined, "standard"],
  ["standard", "standard"],
  ["on_demand", "standard"],
  ["batch", "batch"],
  ["flex", "flex"],
  ["on_demand_flex", "flex"],
  ["priority", "priority"],
  ["on_demand_priority", "priority"],
]);

/**
 * What a request cost. `unpriced` when the model, the tier or the tokens are unknown, or the tier has
 * no price per token (provisioned throughput); `estimated` when a missing rate was derived or a
 * missing modality assumed; `partial` when some tokens have no known rate and count at the text rate.
 *
 * gemini-2.5-flash at $0.30 in and $2.50 out: 1,000 input, 200 output and 800 thinking tokens are
 * 1,000 × 300,000 + 1,000 × 2,500,000 picodollars, or $0.0028.
 */
export function costOf(book: PriceBook, usage: BilledUsage): PricedCost {
  const { model, tokens, platform, atMs } = usage;
  const tier = TIER_NAMES.get(usage.serviceTier);
  if (model === undefined || tokens === undefined || tier === undefined) return UNPRICED;
  const promptTokens = tokens.input + tokens.cachedInput;
  const price = book.priceAt({ model, platform, tier, promptTokens, atMs });
  return price === undefined ? UNPRICED : new Bill(price, tokens).total();
}

/** The same cost, of which more is known to be missing. */
export function asLowerBound(priced: PricedCost): PricedCost {
  return priced.priceStatus === "priced" || priced.priceStatus === "estimated"
    ? { ...priced, priceStatus: "partial" }
    : priced;
}

class Bill {
  readonly #price: Price;
  #cost: Picodollars = 0n;
  #isAssumed = false;
  #lacksRate = false;

  constructor(price: Price, tokens: TokenCounts) {
    this.#price = price;
    const { input, cacheRead, output } = price.rates;
    const splits = tokens.modalities;
    this.#add(tokens.input, splits?.input, input);
    this.#add(tokens.cachedInput, splits?.cachedInput, cacheRead);
    this.#add(tokens.toolUse, splits?.toolUse, input);
    this.#add(tokens.output, splits?.output ?? this.#mainOutput(tokens.output), output);
    this.#add(tokens.thinking, undefined, output); // thoughts are text, whatever the answer is
  }

  total(): PricedCost {
    const { isFree, priceVersion } = this.#price;
    const priceStatus = isFree ? "free" : this.#status();
    return { cost: this.#cost, priceStatus, priceVersion, items: [] };
  }

  #status(): PriceStatus {
    if (this.#lacksRate) return "partial";
    return this.#isAssumed ? "estimated" : "priced";
  }

  /** An answer that doesn't say its modality: of the one that the model is made for. */
  #mainOutput(count: number): ModalityCounts | undefined {
    const modality = this.#price.model.mainOutput;
    if (modality === undefined || count === 0) return undefined;
    this.#isAssumed = true;
    return { [modality]: count };
  }

  #add(count: number, split: ModalityCounts | undefined, rate: TokenRate | undefined): void {
    if (count === 0) return;
    if (rate === undefined) {
      this.#lacksRate = true;
      return;
    }
    if (rate.derived) this.#isAssumed = true;
    if (split === undefined || rate.uniform) this.#cost += BigInt(count) * rate.standard;
    else this.#addByModality(count, split, rate);
  }

  #addByModality(count: number, split: ModalityCounts, rate: TokenRate): void {
    let rest = count;
    for (const modality of MODALITIES) {
      const part = Math.min(split[modality] ?? 0, rest);
      if (part === 0) continue;
      const known = rate.byModality[modality];
      if (known === undefined) this.#lacksRate = true;
      this.#cost += BigInt(part) * (known ?? rate.standard);
      rest -= part;
    }
    if (rest === 0) return;
    this.#isAssumed = true; // a split that leaves tokens out: they are taken for text
    this.#cost += BigInt(rest) * rate.standard;
  }
}
