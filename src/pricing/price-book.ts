/**
 * The dated price book: which price held for a model at a moment.
 */
import { DatedPrices, type Price } from "./dated-prices.ts";
import type { ModelPrice, Tier } from "./list-price.ts";
import { modelIdOf, withoutVersion } from "./model-id.ts";

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
  /** Part of every `priceVersion`: the day on which the book was last checked. */
  readonly version: string;
  readonly #models: readonly ModelPrice[];
  readonly #remembered = new Map<string, DatedPrices | undefined>();
  #byId: ReadonlyMap<string, ModelPrice> | undefined;
  readonly #dated = new Map<ModelPrice, DatedPrices>();

  constructor(version: string, models: readonly ModelPrice[]) {
    this.version = version;
    this.#models = models;
  }

  /**
   * The price in force, or undefined if the book has none. Dates are midnight US Pacific time; the
   * first day of a period is in it, the last is not.
   */
  priceAt(query: PriceQuery): Price | undefined {
    const above200k = query.promptTokens > LONG_PROMPT_TOKENS;
    return this.#pricesOf(query.model)?.at(query.atMs, query.platform, query.tier, above200k);
  }

  #pricesOf(name: string): DatedPrices | undefined {
    const known = this.#remembered.get(name);
    if (known !== undefined || this.#remembered.has(name)) return known;
    if (name.length > MAX_NAME_LENGTH) return undefined;

    const model = this.#find(modelIdOf(name));
    const prices = model === undefined ? undefined : this.#datedOf(model);
    if (this.#remembered.size >= MAX_REMEMBERED) this.#remembered.clear();
    this.#remembered.set(name, prices);
    return prices;
  }

  /** By id or alias, by pattern, then as a frozen version of an id. */
  #find(modelId: string): ModelPrice | undefined {
    this.#byId ??= indexed(this.#models);
    const named = this.#byId.get(modelId);
    if (named !== undefined) return named;
    const alike = this.#models.find((model) => model.patterns?.some((one) => one.test(modelId)));
    if (alike !== undefined) return alike;
    const stem = withoutVersion(modelId);
    return stem === undefined ? undefined : this.#models.find((model) => model.id === stem);
  }

  #datedOf(model: ModelPrice): DatedPrices {
    let dated = this.#dated.get(model);
    if (dated === undefined) {
      dated = new DatedPrices(this.version, model);
      this.#dated.set(model, dated);
    }
    return dated;
  }
}

function indexed(models: readonly ModelPrice[]): ReadonlyMap<string, ModelPrice> {
  const byId = new Map<string, ModelPrice>();
  for (const model of models) {
    for (const id of [model.id, ...(model.aliases ?? [])]) byId.set(id, model);
  }
  return byId;
}
