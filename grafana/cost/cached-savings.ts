/**
 * What reading input from a cache has saved: the tokens so read, times what they would have cost more.
 *
 * The rates are those of the price book on the day it was last checked, of the standard tier and of
 * short prompts, so the figure is about right and no more.
 */
import { TOKENS } from "../../src/metrics/catalogue.ts";
import { GEMINI_PRICES, geminiPriceBook } from "../../src/pricing/gemini-prices.ts";
import type { ModelPrice } from "../../src/pricing/list-price.ts";
import { rateCard } from "../../src/pricing/rates.ts";
import { increase } from "../promql.ts";

const PICODOLLARS_PER_USD = 1e12;

export function cachedSavings(): string {
  const terms = [...modelsBySaving()].map(([picodollars, models]) => {
    const where = `kind="cached_input", model=~"${models.join("|")}"`;
    return `${increase(TOKENS, "model", { where })} * ${Number(picodollars) / PICODOLLARS_PER_USD}`;
  });
  return `sum(${terms.join(" or ")})`;
}

/** The models of which a cached token is cheaper by so many picodollars. */
function modelsBySaving(): ReadonlyMap<bigint, readonly string[]> {
  const checkedOn = geminiPriceBook().version;
  const models = new Map<bigint, readonly string[]>();
  for (const price of GEMINI_PRICES) {
    const saving = savingOf(price, checkedOn);
    if (saving === undefined || saving <= 0n) continue;
    models.set(saving, [...(models.get(saving) ?? []), price.id, ...(price.aliases ?? [])]);
  }
  return models;
}

function savingOf({ periods }: ModelPrice, day: string): bigint | undefined {
  const tiers = periods.findLast(({ from = "" }) => from <= day)?.tiers;
  if (tiers === undefined) return undefined;
  const { input, cacheRead } = rateCard(tiers, "standard", false);
  return input.standard - cacheRead.standard;
}
