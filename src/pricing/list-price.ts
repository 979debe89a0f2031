/**
 * The notation in which list prices are written down: one object a model, one a dated period in it.
 *
 * Rates stay the decimal text of the source, in US dollars per million tokens or for a piece, so that
 * a reader can hold the page and the file side by side. `rates.ts` and `item-rates.ts` turn them into
 * picodollars.
 */
import type { Modality } from "../usage/tokens.ts";
import type { Source } from "./prices/sources.ts";

/** In the order in which Google lists them. */
export const TIERS = ["standard", "batch", "flex", "priority"] as const;
export type Tier = (typeof TIERS)[number];

export const PLATFORMS = ["gemini_api", "vertex_ai"] as const;
export type Platform = (typeof PLATFORMS)[number];

/**
 * - a text: one rate, whatever the modality
 * - with `default`: its rate holds for every modality that is not named
 * - with `text` instead: `text` is the default, and a modality that is not named has no known rate
 */
export type Rate =
  | string
  | ({ readonly default: string } & { readonly [M in Modality]?: string })
  | ({ readonly text: string; readonly default?: never } & { readonly [M in Modality]?: string });

/** What tokens cost. Absent means: no price was found, not zero. */
export interface TokenRates {
  readonly input: Rate;
  /** Thinking is billed at its text (or default) rate. */
  readonly output?: Rate;
  /** Reading prompt tokens from a cache. */
  readonly cacheRead?: Rate;
}

export interface TierPrice extends TokenRates {
  /** Keeping a million tokens in an explicit cache for an hour, in US dollars. */
  readonly cacheStoragePerHour?: string;
  /** Replaces every rate of a request whose prompt, cached part included, is over 200,000 tokens. */
  readonly above200k?: TokenRates;
}

/** Each, as US dollars; or once for a request that used any, however many. */
export type GroundingPrice = string | { readonly perPrompt: string };

/** What is billed by the piece costs in US dollars, the same in every tier. Absent: not known. */
export interface ItemPrices {
  /** A search query. */
  readonly google_search?: GroundingPrice;
  /** A query on the map. */
  readonly google_maps?: GroundingPrice;
  readonly image?: string;
  /** A text, or one for each resolution that has a known price: `{ "720p": "0.10" }`. */
  readonly video_second?: string | Readonly<Record<string, string>>;
  readonly song?: string;
}

export type TierPrices = { readonly standard: TierPrice } & { readonly [T in Tier]?: TierPrice };

/** Days, `YYYY-MM-DD`, each from its midnight by the book's time zone: US Pacific time. */
export interface DatedTiers {
  /** First day; absent: since the model appeared. */
  readonly from?: string;
  /** The day on which it no longer holds; absent: until further notice. */
  readonly to?: string;
  /** Absent for a model that is billed by the piece alone. */
  readonly tiers?: TierPrices;
  readonly items?: ItemPrices;
  readonly notes?: string;
}

export interface PricePeriod extends DatedTiers {
  /** Keys of `prices/sources.ts`. */
  readonly sources: readonly Source[];
  /** Where prices of items were read, if not there. */
  readonly itemSources?: readonly Source[];
  readonly confidence: "high" | "medium" | "low";
}

export interface ModelPrice {
  /** As in `modelVersion` of an answer, lower case. */
  readonly id: string;
  readonly aliases?: readonly string[];
  /** Further ids, for models that have too many to list. */
  readonly patterns?: readonly RegExp[];
  /** Where these prices hold; elsewhere the model has no known price. */
  readonly platforms: readonly Platform[];
  /** What the model answers with when it doesn't say: `text` unless given. */
  readonly mainOutput?: Modality;
  /** Oldest first, without overlap. */
  readonly periods: readonly PricePeriod[];
  /** Where Vertex AI has prices of its own: all that is known of them, in place of `periods`. */
  readonly vertexPeriods?: readonly PricePeriod[];
  readonly notes?: string;
}
