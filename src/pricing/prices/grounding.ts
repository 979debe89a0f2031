/**
 * What Google asks for searches that an answer rests on, by generation of the model. Sources:
 * `sources.ts`. Never edit a price in place: give periods that begin later one of their own.
 *
 * Some searches a month, or a day, are free, but for the account as a whole: no answer tells whether
 * they are used up, so these are list prices, and a cost is an upper bound until then.
 */
import type { PricePeriod } from "../list-price.ts";

type Grounding = Pick<PricePeriod, "items" | "itemSources">;

/** Gemini 3 and later: $14 for 1,000 queries, of the web or the map. */
export const GROUNDING_3: Grounding = {
  items: { google_search: "0.014", google_maps: "0.014" },
  itemSources: ["G1", "G2"],
};

/** The same, for models that don't search the map. */
export const SEARCH_3: Grounding = {
  items: { google_search: "0.014" },
  itemSources: ["G1", "G2"],
};

/** Gemini 2: $35 for 1,000 answers that searched the web, $25 for as many that searched the map. */
export const GROUNDING_2: Grounding = {
  items: { google_search: { perPrompt: "0.035" }, google_maps: { perPrompt: "0.025" } },
  itemSources: ["G1"],
};

/** The same, for models that don't search the map. */
export const SEARCH_2: Grounding = {
  items: { google_search: { perPrompt: "0.035" } },
  itemSources: ["G1"],
};
