import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { geminiPriceBook } from "../../src/pricing/gemini-prices.ts";
import { TIERS } from "../../src/pricing/list-price.ts";
import { isUserPrice } from "../../src/pricing/user-price-rules.ts";

const PRICE = { id: "gemini-2.5-flash", input: "0.25" };

function faultsOf(value: unknown): readonly string[] {
  const faults: string[] = [];
  expect(isUserPrice(value, "prices[0]", faults)).toBe(faults.length === 0);
  return faults;
}

test.each<[string, object]>([
  ["with no more than a model and its input", PRICE],
  ["with fields that are undefined in code", { ...PRICE, output: undefined }],
  [
    "with all that there is",
    {
      id: "gemini-2.5-flash",
      aliases: ["gemini-flash"],
      from: "2026-12-01",
      to: "2027-01-01",
      platforms: ["gemini_api", "vertex_ai"],
      input: { default: "0.25", audio: "0.80", document: "0" },
      output: { text: "2", image: "30.000001" },
      cacheRead: "0.025",
      cacheStoragePerHour: "1.00",
      above200k: { input: "0.5", output: "4", cacheRead: "0.05" },
      tiers: {
        batch: { input: "0.12" },
        flex: { input: "0.12", above200k: { input: "0.25" } },
        priority: { input: "0.45", output: "3.6", cacheRead: "0.045" },
      },
      items: {
        google_search: "0.014",
        google_maps: { perPrompt: "0.025" },
        image: "0.04",
        video_second: { "720p": "0.10", "4k": "0" },
        song: "0.000000000001",
      },
      notes: "",
    },
  ],
  ["of what is billed by the piece alone", { id: "veo-9", items: { video_second: "0.35" } }],
])("a price is right %s", (_, price) => {
  expect(faultsOf(price)).toEqual([]);
});

const AMOUNT = 'US dollars as a text of at most 6 decimals, such as "0.25"';

const PIECE = 'US dollars as a text of at most 12 decimals, such as "0.04"';

describe("a fault of a price", () => {
  test.each<[string, unknown, string]>([
    ["a text in place of a price", "0.25", "Expected `prices[0]` to be an object, got '0.25'"],
    ["a list", [], "Expected `prices[0]` to be an object, got []"],
    ["nothing", null, "Expected `prices[0]` to be an object, got null"],
    ["no model", { input: "1" }, "Expected `prices[0]` to have `id`"],
    ["no price at all", { id: "x" }, "Expected `prices[0]` to have `input` or `items`"],
    [
      "no price of any item",
      { id: "x", items: {} },
      "Expected `prices[0]` to have `input` or `items`",
    ],
    [
      "a search without the tokens beside it, whose list price it would hide",
      { id: "x", items: { google_search: "0.01" } },
      "Expected `prices[0]` to have `input`, as it has `items.google_search`",
    ],
    [
      "a rate without that of input",
      { id: "x", items: { image: "1" }, output: "1" },
      "Expected `prices[0]` to have `input`, as it has `output`",
    ],
    [
      "an empty id",
      { ...PRICE, id: "" },
      "Expected `prices[0].id` to be a text of 1 to 256 characters, got ''",
    ],
    [
      "a number",
      { ...PRICE, input: 0.25 },
      `Expected \`prices[0].input\` to be ${AMOUNT}, got 0.25`,
    ],
    [
      "an amount below zero",
      { ...PRICE, output: "-1" },
      `Expected \`prices[0].output\` to be ${AMOUNT}, got '-1'`,
    ],
    [
      "an amount finer than a picodollar a token",
      { ...PRICE, cacheRead: "0.0000001" },
      `Expected \`prices[0].cacheRead\` to be ${AMOUNT}, got '0.0000001'`,
    ],
    [
      "a currency",
      { ...PRICE, cacheStoragePerHour: "$1" },
      `Expected \`prices[0].cacheStoragePerHour\` to be ${AMOUNT}, got '$1'`,
    ],
    [
      "a modality without a default",
      { ...PRICE, input: { audio: "1" } },
      "Expected `prices[0].input` to have `default` or `text`",
    ],
    [
      "a modality that there is none of",
      { ...PRICE, input: { default: "1", smell: "2" } },
      "Expected a field of `prices[0].input` to be one of default, text, image, audio, video, document, got 'smell'",
    ],
    [
      "a field of another spelling",
      { ...PRICE, above200k: { input: "1", cache_read: "1" } },
      "Expected a field of `prices[0].above200k` to be one of input, output, cacheRead, got 'cache_read'",
    ],
    [
      "a field that every object has",
      JSON.parse('{"id":"x","input":"1","tiers":{"__proto__":{"input":"1"}}}'),
      "Expected a field of `prices[0].tiers` to be one of batch, flex, priority, got '__proto__'",
    ],
    [
      "the standard tier, whose rates stand at the top",
      { ...PRICE, tiers: { standard: { input: "1" } } },
      "Expected a field of `prices[0].tiers` to be one of batch, flex, priority, got 'standard'",
    ],
    [
      "a tier without an input rate",
      { ...PRICE, tiers: { batch: { output: "1" } } },
      "Expected `prices[0].tiers.batch` to have `input`",
    ],
    [
      "a day that there is none of",
      { ...PRICE, from: "2026-02-30" },
      "Expected `prices[0].from` to be a day as YYYY-MM-DD, got '2026-02-30'",
    ],
    [
      "a moment in place of a day",
      { ...PRICE, to: "2026-12-01T00:00:00Z" },
      "Expected `prices[0].to` to be a day as YYYY-MM-DD, got '2026-12-01T00:00:00Z'",
    ],
    [
      "an end that is not after the beginning",
      { ...PRICE, from: "2026-12-01", to: "2026-12-01" },
      "Expected `prices[0].to` to be later than `from`, which is 2026-12-01, got 2026-12-01",
    ],
    [
      "a text for a list",
      { ...PRICE, aliases: "gemini-flash" },
      "Expected `prices[0].aliases` to be a list that is not empty, got 'gemini-flash'",
    ],
    [
      "a list of no platform, on which it would never hold",
      { ...PRICE, platforms: [] },
      "Expected `prices[0].platforms` to be a list that is not empty, got []",
    ],
    [
      "an edge of one tier alone, which would be passed over",
      { ...PRICE, tiers: { batch: { input: "1", above200k: { input: "2" } } } },
      "Expected `prices[0]` to have `above200k`, as its tier 'batch' has",
    ],
    [
      "a platform that there is none of",
      { ...PRICE, platforms: ["gemini_api", "bedrock"] },
      "Expected `prices[0].platforms[1]` to be one of gemini_api, vertex_ai, got 'bedrock'",
    ],
    [
      "a number for a piece",
      { ...PRICE, items: { image: 0.04 } },
      `Expected \`prices[0].items.image\` to be ${PIECE}, got 0.04`,
    ],
    [
      "a piece finer than a picodollar",
      { ...PRICE, items: { google_search: { perPrompt: "0.0000000000001" } } },
      `Expected \`prices[0].items.google_search.perPrompt\` to be ${PIECE}, got '0.0000000000001'`,
    ],
    [
      "a price by what there is none of",
      { ...PRICE, items: { google_maps: { perQuery: "1", perPrompt: "1" } } },
      "Expected a field of `prices[0].items.google_maps` to be one of perPrompt, got 'perQuery'",
    ],
    [
      "a list of resolutions that has none",
      { ...PRICE, items: { video_second: {} } },
      "Expected `prices[0].items.video_second` to be an object that is not empty, got {}",
    ],
    [
      "storage as an item, which has a field of its own",
      { ...PRICE, items: { cache_token_second: "1" } },
      "Expected a field of `prices[0].items` to be one of google_search, google_maps, image, video_second, song, got 'cache_token_second'",
    ],
    [
      "a note that is none",
      { ...PRICE, notes: 7 },
      "Expected `prices[0].notes` to be a text, got 7",
    ],
  ])("is %s", (_, price, fault) => {
    expect(faultsOf(price)).toEqual([fault]);
  });

  test("is told beside all others", () => {
    const price = { input: { audio: 1 }, tiers: { batch: {} }, from: "soon" };
    expect(faultsOf(price)).toHaveLength(5); // no id, no default, 1, no batch input, no day
  });
});

test("what passes can be laid over the book and asked for, whatever it is", () => {
  const amount = fc.stringMatching(/^\d{1,4}(\.\d{1,6})?$/);
  const rate = fc.oneof(amount, fc.record({ default: amount, audio: amount }));
  const rates = fc.record(
    { input: rate, output: rate, cacheRead: rate },
    { requiredKeys: ["input"] },
  );
  const price = fc.record(
    {
      input: rate,
      output: rate,
      above200k: rates,
      tiers: fc.record({ batch: rates, flex: rates }),
    },
    { requiredKeys: ["input"] },
  );
  const tier = fc.constantFrom(...TIERS);
  fc.assert(
    fc.property(price, tier, fc.constantFrom(1, 200_001), (given, at, promptTokens) => {
      const own: unknown = { ...given, id: "gemini-2.5-flash" };
      const faults: string[] = [];
      if (!isUserPrice(own, "price", faults)) throw new Error(faults.join());
      const query = { model: "gemini-2.5-flash", platform: undefined, tier: at, promptTokens };
      const found = geminiPriceBook()
        .with([own])
        .priceAt({ ...query, atMs: 0 });
      expect(found?.priceVersion).toMatch(/^user:[0-9a-f]{8}\/gemini-2.5-flash@start/);
    }),
  );
});
