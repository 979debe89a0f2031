/**
 * Prices of the user's own: a contract, a reseller's rate, a model that the list doesn't know yet.
 *
 * They are laid over list prices, never put in their place: outside its days a user's price is not
 * there, and a row that it priced names it, by a digest of all that it says.
 */
import { hash } from "node:crypto";

import type {
  DatedTiers,
  ItemPrices,
  ModelPrice,
  Platform,
  Tier,
  TierPrice,
} from "./list-price.ts";
import { findModel, isNameOf, modelIdOf } from "./model-id.ts";

/**
 * What tokens cost, as decimal text in US dollars per million: `"0.25"` is $0.25 for a million
 * tokens. It replaces the list price of its models as a whole, for its days: nothing is taken over,
 * and a rate that it lacks is derived as for list prices, and its cost marked `estimated`.
 *
 * The rates at the top are those of the standard tier, and for every modality; a rate may also be
 * `{ default: "0.25", audio: "0.80" }`. A model that is billed by the piece alone has `items` and none.
 */
export interface UserPrice extends Partial<Pick<TierPrice, "input">>, Omit<TierPrice, "input"> {
  /** The model, as in `modelVersion` of an answer. */
  readonly id: string;
  /** Further models at this price. */
  readonly aliases?: readonly string[];
  /** First day, `YYYY-MM-DD`, from midnight by `priceTimeZone`. @defaultValue always */
  readonly from?: string;
  /** The day on which it no longer holds. @defaultValue until further notice */
  readonly to?: string;
  /** Where it holds. @defaultValue both */
  readonly platforms?: readonly Platform[];
  /** Rates of the other tiers. @defaultValue half of standard for batch and flex, 1.8 times for priority */
  readonly tiers?: { readonly [T in Exclude<Tier, "standard">]?: TierPrice };
  /**
   * What is billed by the piece, in US dollars: `{ google_search: "0.014", image: "0.04" }`. A price
   * that is not named is not known, and what it is for makes a cost `partial`.
   */
  readonly items?: ItemPrices;
  /** For people: which contract, by whom. */
  readonly notes?: string;
}

export interface UserPeriod extends DatedTiers {
  /** In place of the book's: `user:1f3a9c20`. */
  readonly version: string;
  readonly platforms: readonly Platform[] | undefined;
}

/** A model of the book, with what the user pays for it. */
export interface PricedModel extends ModelPrice {
  /** Before `periods`, and in the order in which they count. */
  readonly userPeriods?: readonly UserPeriod[];
}

const UNLISTED = { platforms: [], periods: [] } as const;
const DIGEST_LENGTH = 8;

/** `models` where `price` holds for each that it names, and those that nobody knew are added. */
export function withUserPrice(
  models: readonly PricedModel[],
  price: UserPrice,
): readonly PricedModel[] {
  const period = periodOf(price);
  const names = [price.id, ...(price.aliases ?? [])].map(modelIdOf);
  return names.reduce((known, name) => {
    const like = findModel(known, name);
    const userPeriods = [period, ...(like?.userPeriods ?? [])];
    if (like !== undefined && isNameOf(like, name)) {
      return known.map((model) => (model === like ? { ...like, userPeriods } : model));
    }
    // A frozen version leaves its model's list price for a moment, not for good.
    const { platforms, periods, ...rest } = like ?? UNLISTED;
    return [
      ...known,
      { ...rest, id: name, aliases: [], patterns: [], platforms, periods, userPeriods },
    ];
  }, models);
}

function periodOf(price: UserPrice): UserPeriod {
  // Rates are worked out when first asked for: what the app does to its own object must not count.
  const kept = structuredClone(price);
  const { id: _id, aliases: _, from, to, platforms, tiers, items, notes, input, ...rest } = kept;
  return {
    version: `user:${hash("sha256", JSON.stringify(price)).slice(0, DIGEST_LENGTH)}`,
    platforms,
    ...(input === undefined ? {} : { tiers: { ...tiers, standard: { input, ...rest } } }),
    ...(items === undefined ? {} : { items }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(notes === undefined ? {} : { notes }),
  };
}
