import fc from "fast-check";
import { expect, test } from "vitest";

import { fromUsdString } from "../../src/base/money.ts";
import { costOf } from "../../src/pricing/cost.ts";
import { GEMINI_PRICES, geminiPriceBook } from "../../src/pricing/gemini-prices.ts";
import { PLATFORMS, TIERS } from "../../src/pricing/list-price.ts";
import { quoteOf } from "../../src/pricing/price-quote.ts";
import { SOURCES } from "../../src/pricing/prices/sources.ts";
import { pacificMidnight } from "../support/pacific-time.ts";
import { tokensOf } from "../support/tokens.ts";

const BOOK = geminiPriceBook();
const NOON = pacificMidnight("2026-11-24") + 12 * 3_600_000;
const STANDARD = { platform: "gemini_api", tier: "standard", atMs: NOON } as const;

test("a quote of a model that has no price then is none", () => {
  expect(quoteOf(BOOK, { ...STANDARD, model: "gemini-99" })).toBeUndefined();
  expect(quoteOf(BOOK, { ...STANDARD, model: "gemini-4-argon", atMs: 0 })).toBeUndefined();
});

test("a modality is named where it costs otherwise, documents where they are not as images", () => {
  const ratesOf = (input: object) => {
    const price = { id: "own", input: { default: "1", ...input } };
    return quoteOf(BOOK.with([price]), { ...STANDARD, model: "own" })?.rates?.input.by_modality;
  };
  expect(ratesOf({ image: "2" })).toEqual({ image: "2" });
  expect(ratesOf({ image: "2", document: "1" })).toEqual({ image: "2", document: "1" });
  expect(ratesOf({ document: "3" })).toEqual({ document: "3" });
  expect(ratesOf({ audio: "1" })).toEqual({});
});

test("sources are spelt out, and the notes of model and period stand together", () => {
  const quote = quoteOf(BOOK, { ...STANDARD, model: "gemini-3.7-flash" });
  expect(quote?.sources[0]).toBe(`G2: ${SOURCES.G2}`);
  expect(quote?.notes).toEqual([
    expect.stringContaining("LiteLLM's blog"),
    expect.stringContaining("answers this id with gemini-3.8-flash"),
  ]);
});

test("items are quoted each by itself, with where they were read when that is elsewhere", () => {
  const flash = quoteOf(BOOK, { ...STANDARD, model: "gemini-2.5-flash" });
  expect(flash?.items).toEqual([
    { item: "google_search", variant: null, usd: "0.035", per: "prompt" },
    { item: "google_maps", variant: null, usd: "0.025", per: "prompt" },
  ]);
  expect(flash).toMatchObject({ cache_storage_usd: "1", cache_storage_estimated: false });
  const argon = quoteOf(BOOK, { ...STANDARD, model: "gemini-4-argon" });
  expect(argon?.items[0]).toMatchObject({ usd: "0.014", per: "piece" });
  expect(argon?.item_sources).toEqual([`G1: ${SOURCES.G1}`, `G2: ${SOURCES.G2}`]);
  const veo = quoteOf(BOOK, { ...STANDARD, model: "veo-3.1-lite-generate-preview" });
  expect(veo).toMatchObject({ rates: null, rates_above_200k: null, item_sources: [] });
  expect(veo?.items).toEqual([
    { item: "video_second", variant: "720p", usd: "0.05", per: "piece" },
    { item: "video_second", variant: "1080p", usd: "0.08", per: "piece" },
  ]);
});

test("what a quote says is what a call costs", () => {
  const byToken = GEMINI_PRICES.filter(({ periods }) => periods.some(({ tiers }) => tiers));
  const model = fc.constantFrom(...byToken.map(({ id }) => id));
  const tier = fc.constantFrom(...TIERS);
  const platform = fc.constantFrom(...PLATFORMS);
  fc.assert(
    fc.property(model, tier, platform, fc.nat({ max: 400_000 }), (id, at, on, input) => {
      const quote = quoteOf(BOOK, { model: id, tier: at, platform: on, atMs: NOON });
      const rates = (input > 200_000 ? quote?.rates_above_200k : undefined) ?? quote?.rates;
      const usage = { model: id, tokens: tokensOf({ input }), serviceTier: at, platform: on };
      const { cost, priceVersion } = costOf(BOOK, { ...usage, atMs: NOON });
      const perToken = rates ? fromUsdString(rates.input.usd) / 1_000_000n : undefined;
      expect(perToken && perToken * BigInt(input)).toBe(cost);
      expect(quote?.price_version).toBe(priceVersion?.replace("/above-200k", ""));
    }),
  );
});
