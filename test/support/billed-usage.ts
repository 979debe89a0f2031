/** Usage of every form that is billed, for property tests. */
import fc from "fast-check";

import type { BilledUsage } from "../../src/pricing/cost.ts";
import { GEMINI_PRICES } from "../../src/pricing/gemini-prices.ts";
import { PLATFORMS, TIERS } from "../../src/pricing/list-price.ts";
import { ITEM_KINDS, type UsedItem } from "../../src/usage/items.ts";
import { MODALITIES, type ModalityCounts, type TokenCounts } from "../../src/usage/tokens.ts";
import { NOON_MS } from "./record.ts";
import { anyTokens } from "./tokens.ts";

const YEAR_MS = 365 * 86_400_000;

/** Known and unknown models and tiers, all kinds of tokens and items, on either side of price changes. */
export function anyBilledUsage(): fc.Arbitrary<BilledUsage> {
  return fc.record({
    model: fc.constantFrom(...GEMINI_PRICES.map(({ id }) => id), "gemini-9-secret", undefined),
    tokens: fc.option(anySplitTokens(), { nil: undefined }),
    items: fc.array(anyItem(), { maxLength: 3 }),
    serviceTier: fc.constantFrom(...TIERS, "provisioned_throughput", "on_demand", undefined),
    platform: fc.constantFrom(...PLATFORMS, undefined),
    atMs: fc.integer({ min: NOON_MS - YEAR_MS, max: NOON_MS + YEAR_MS }),
  });
}

function anySplitTokens(): fc.Arbitrary<TokenCounts> {
  const split = fc.option(anyModalityCounts(), { nil: undefined });
  const kinds = { input: split, cachedInput: split, toolUse: split, output: split };
  const modalities = fc.option(fc.record(kinds), { nil: undefined });
  return fc
    .tuple(anyTokens(300_000), modalities)
    .map(([tokens, splits]) => (splits === undefined ? tokens : withSplits(tokens, splits)));
}

function withSplits(tokens: TokenCounts, splits: object): TokenCounts {
  const known = Object.entries(splits).filter(([, split]) => split !== undefined);
  return { ...tokens, modalities: Object.fromEntries(known) };
}

function anyModalityCounts(): fc.Arbitrary<ModalityCounts> {
  return fc.dictionary(fc.constantFrom(...MODALITIES), fc.nat({ max: 100_000 }));
}

function anyItem(): fc.Arbitrary<UsedItem> {
  return fc.record(
    {
      kind: fc.constantFrom(...ITEM_KINDS),
      quantity: fc.integer({ min: -1_000_000, max: 1_000_000 }),
      variant: fc.constantFrom("720p", "1080p", "4k"),
    },
    { requiredKeys: ["kind", "quantity"] },
  );
}
