/**
 * Usage × dated price = cost: whole picodollars, and how far they can be trusted.
 *
 * `priceVersion` names the price that was used (see `Price`); with the tokens, the items and the
 * platform on the same row, the cost can be computed again. The book only ever grows, so it stays true.
 */
import type { Picodollars } from "../base/money.ts";
import type { BilledItem, UsedItem } from "../usage/items.ts";
import type { PricedCost, PriceStatus } from "../usage/record.ts";
import { MODALITIES, type ModalityCounts, type TokenCounts } from "../usage/tokens.ts";
import type { Price } from "./dated-prices.ts";
import { BESIDE_TOKENS, billItem } from "./item-rates.ts";
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
 * What a request cost: its tokens, and its items at list price, of which free allowances are not
 * taken off. `unpriced` when of neither anything is known: the model, the usage or its price, or when
 * the tier has no price per token (provisioned throughput). `estimated` when a missing rate was
 * derived or a missing modality assumed; `partial` when some tokens or items have no known rate:
 * such tokens count at the text rate, such items not at all.
 *
 * gemini-2.5-flash at $0.30 in and $2.50 out: 1,000 input, 200 output and 800 thinking tokens are
 * 1,000 × 300,000 + 1,000 × 2,500,000 picodollars, or $0.0028.
 */
export function costOf(book: PriceBook, usage: BilledUsage): PricedCost {
  const { model, tokens, items = [], platform, atMs } = usage;
  const tier = TIER_NAMES.get(usage.serviceTier);
  const promptTokens = tokens === undefined ? 0 : tokens.input + tokens.cachedInput;
  const price =
    model === undefined
      ? undefined
      : book.priceAt({ model, platform, tier: tier ?? "standard", promptTokens, atMs });
  if (price === undefined) return unpriced(items);
  const bill = new Bill(price);
  if (tokens === undefined) bill.expectTokens(items);
  else if (tier === undefined) bill.lackPrice();
  else bill.addTokens(tokens);
  for (const item of items) bill.addItem(item);
  return bill.total();
}

/** The same cost, of which more is known to be missing. */
export function asLowerBound(priced: PricedCost): PricedCost {
  return priced.priceStatus === "priced" || priced.priceStatus === "estimated"
    ? { ...priced, priceStatus: "partial" }
    : priced;
}

/** The items are named all the same: once a price of them is known, they can be priced. */
function unpriced(items: readonly UsedItem[]): PricedCost {
  if (items.length === 0) return UNPRICED;
  return { ...UNPRICED, items: items.map((item) => ({ ...item, cost: undefined })) };
}

class Bill {
  readonly #price: Price;
  readonly #items: BilledItem[] = [];
  #cost: Picodollars = 0n;
  #isPriced = false;
  #isAssumed = false;
  #lacksRate = false;

  constructor(price: Price) {
    this.#price = price;
  }

  addTokens(tokens: TokenCounts): void {
    const { rates } = this.#price;
    if (rates === undefined) return; // of a model that is billed by the piece alone
    this.#isPriced = true;
    const { input, cacheRead, output } = rates;
    const splits = tokens.modalities;
    this.#add(tokens.input, splits?.input, input);
    this.#add(tokens.cachedInput, splits?.cachedInput, cacheRead);
    this.#add(tokens.toolUse, splits?.toolUse, input);
    this.#add(tokens.output, splits?.output ?? this.#mainOutput(tokens.output), output);
    this.#add(tokens.thinking, undefined, output); // thoughts are text, whatever the answer is
  }

  addItem(item: UsedItem): void {
    const billed = billItem(this.#price.items, item);
    this.#items.push({ ...item, cost: billed?.cost });
    if (billed === undefined) return this.lackPrice();
    this.#isPriced = true;
    if (billed.derived) this.#isAssumed = true;
    this.#cost += billed.cost;
  }

  /** Where items are there that have tokens beside them, and none are told. */
  expectTokens(items: readonly UsedItem[]): void {
    if (items.some(({ kind }) => BESIDE_TOKENS.has(kind))) this.lackPrice();
  }

  /** Something is billed of which the price is not known. */
  lackPrice(): void {
    this.#lacksRate = true;
  }

  total(): PricedCost {
    if (!this.#isPriced) return unpriced(this.#items);
    const { priceVersion } = this.#price;
    return { cost: this.#cost, priceStatus: this.#status(), priceVersion, items: this.#items };
  }

  #status(): PriceStatus {
    if (this.#price.isFree && this.#items.length === 0) return "free";
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
