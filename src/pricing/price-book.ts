/**
 * The dated price book: which price held for a model at a moment.
 */
import { DAY_MS } from "../base/clock.ts";
import { DatedPrices, type Price } from "./dated-prices.ts";
import { type DayStart, dayStartIn, GOOGLE_TIME_ZONE } from "./effective-date.ts";
import type { Tier } from "./list-price.ts";
import { findModel, modelIdOf } from "./model-id.ts";
import { type PricedModel, type UserPrice, withUserPrice } from "./user-price.ts";

/** Prompts above this are billed at the `above200k` rates, all of the request. */
const LONG_PROMPT_TOKENS = 200_000;
/** Names seen and remembered; a stream of made-up names must not grow the memory. */
const MAX_REMEMBERED = 1_000;
const MAX_NAME_LENGTH = 256;

export interface PriceQuery {
  /** As the provider spells it: an id, or a resource name such as `models/…`. */
  readonly model: string;
  /** `gemini_api` or `vertex_ai`; undefined: the Gemini API's list price. */
  readonly platform: string | undefined;
  readonly tier: Tier;
  /** Prompt tokens of one HTTP request, cached included, tool-use prompts not. */
  readonly promptTokens: number;
  /** Milliseconds since the Unix epoch. */
  readonly atMs: number;
}

export class PriceBook {
  /** Part of every `priceVersion` of the list: the day on which it was last checked. */
  readonly version: string;
  readonly models: readonly PricedModel[];
  /** By whose midnights prices change. */
  readonly timeZone: string;
  readonly #startOf: DayStart;
  readonly #remembered = new Map<string, DatedPrices | undefined>();
  readonly #dated = new Map<PricedModel, DatedPrices>();

  /** @throws RangeError when there is no such time zone; `config/` has checked it. */
  constructor(
    version: string,
    models: readonly PricedModel[],
    timeZone: string = GOOGLE_TIME_ZONE,
  ) {
    this.version = version;
    this.models = models;
    this.timeZone = timeZone;
    this.#startOf = dayStartIn(timeZone);
  }

  /** This book, and over it `prices`, each for its days. Of two that hold, the later counts. */
  with(prices: readonly UserPrice[]): PriceBook {
    const models = prices.reduce(withUserPrice, this.models);
    return new PriceBook(this.version, models, this.timeZone);
  }

  /**
   * The price in force, or undefined if the book has none. The first day of a period is in it, the
   * last is not.
   */
  priceAt(query: PriceQuery): Price | undefined {
    const above200k = query.promptTokens > LONG_PROMPT_TOKENS;
    return this.#pricesOf(query.model)?.at(query.atMs, query.platform, query.tier, above200k);
  }

  /** Whole days from the last check of the list to `atMs`, in milliseconds since the Unix epoch. */
  ageInDays(atMs: number): number {
    return Math.floor((atMs - this.#startOf(this.version)) / DAY_MS);
  }

  #pricesOf(name: string): DatedPrices | undefined {
    const known = this.#remembered.get(name);
    if (known !== undefined || this.#remembered.has(name)) return known;
    if (name.length > MAX_NAME_LENGTH) return undefined;

    const model = findModel(this.models, modelIdOf(name));
    const prices = model === undefined ? undefined : this.#datedOf(model);
    if (this.#remembered.size >= MAX_REMEMBERED) this.#remembered.clear();
    this.#remembered.set(name, prices);
    return prices;
  }

  #datedOf(model: PricedModel): DatedPrices {
    let dated = this.#dated.get(model);
    if (dated === undefined) {
      dated = new DatedPrices(this.version, model, this.#startOf);
      this.#dated.set(model, dated);
    }
    return dated;
  }
}
