import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { toUsdString } from "../../src/base/money.ts";
import { type BilledUsage, costOf } from "../../src/pricing/cost.ts";
import { GEMINI_PRICES, geminiPriceBook } from "../../src/pricing/gemini-prices.ts";
import { TIERS } from "../../src/pricing/list-price.ts";
import type { PriceBook } from "../../src/pricing/price-book.ts";
import type { UserPrice } from "../../src/pricing/user-price.ts";
import { ITEM_KINDS } from "../../src/usage/items.ts";
import { pacificMidnight } from "../support/pacific-time.ts";
import { tokensOf } from "../support/tokens.ts";

const LIST = geminiPriceBook();
const NOON = pacificMidnight("2026-11-24") + 12 * 3_600_000;
/** List: $0.30 in, $2.50 out. */
const FLASH: UserPrice = { id: "gemini-2.5-flash", input: "0.25", output: "2" };

/** `"0.25 priced user:…/gemini-2.5-flash@start/standard"`, for a million tokens in. */
function priceOf(book: PriceBook, model: string, usage: Partial<BilledUsage> = {}): string {
  const tokens = tokensOf({ input: 100_000 });
  const priced = costOf(book, { model, tokens, platform: "gemini_api", atMs: NOON, ...usage });
  const { cost, priceStatus, priceVersion = "no price" } = priced;
  const usdPerMillion = cost === undefined ? "unknown" : toUsdString(cost * 10n);
  return `${usdPerMillion} ${priceStatus} ${priceVersion.replace(/(?<=user:)[0-9a-f]{8}\b/, "…")}`;
}

describe("a price of the user's own", () => {
  test("wins over the list price, and its rows say whose it is", () => {
    const book = LIST.with([FLASH]);
    const own = "0.25 priced user:…/gemini-2.5-flash@start/standard";
    expect(priceOf(book, "gemini-2.5-flash")).toBe(own);
    expect(priceOf(book, "models/Gemini-2.5-Flash")).toBe(own);
    expect(priceOf(book, "gemini-2.5-flash-preview-09-2025")).toBe(own); // the list's alias
    expect(priceOf(book, "gemini-2.5-flash-001")).toBe(own); // a frozen version
    expect(priceOf(book, "gemini-2.5-flash-lite")).toMatch(/^0.1 priced 2026-11-24/);
  });

  test("leaves the book that it is laid over as it was", () => {
    LIST.with([FLASH]);
    expect(priceOf(LIST, "gemini-2.5-flash")).toBe(
      "0.3 priced 2026-11-24/gemini-2.5-flash@start/standard",
    );
  });

  test.each([
    ["a millisecond before its first day", "2026-12-01", -1, "0.3"],
    ["on its first day", "2026-12-01", 0, "0.25"],
    ["until its last millisecond", "2027-01-01", -1, "0.25"],
    ["and not on the day named as its end", "2027-01-01", 0, "0.3"],
  ])("holds for its days, the list price before and after: %s", (_when, day, offsetMs, usd) => {
    const book = LIST.with([{ ...FLASH, from: "2026-12-01", to: "2027-01-01" }]);
    const atMs = pacificMidnight(day) + offsetMs;
    const version =
      usd === "0.3" ? "2026-11-24/gemini-2.5-flash@start" : "user:…/gemini-2.5-flash@2026-12-01";
    expect(priceOf(book, "gemini-2.5-flash", { atMs })).toBe(`${usd} priced ${version}/standard`);
  });

  test("gives a model that the list doesn't know its price", () => {
    const book = LIST.with([{ id: "Gemini-9-Flash", aliases: ["gemini-9-fast"], input: "1" }]);
    expect(priceOf(book, "gemini-9-flash")).toBe("1 priced user:…/gemini-9-flash@start/standard");
    expect(priceOf(book, "gemini-9-fast")).toBe("1 priced user:…/gemini-9-fast@start/standard");
    expect(priceOf(book, "gemini-9-flash-001")).toMatch(/^1 priced/);
    expect(priceOf(book, "gemini-9-flash-lite")).toBe("unknown unpriced no price");
    expect(priceOf(LIST, "gemini-9-flash")).toBe("unknown unpriced no price");
  });

  test("of one frozen version is for that one, whose list price holds on other days", () => {
    const book = LIST.with([{ ...FLASH, id: "gemini-2.5-flash-001", from: "2027-01-01" }]);
    const atMs = pacificMidnight("2027-01-01");
    expect(priceOf(book, "gemini-2.5-flash-001", { atMs })).toMatch(/^0.25 priced user/);
    expect(priceOf(book, "gemini-2.5-flash-001")).toMatch(/^0.3 priced 2026-11-24/);
    expect(priceOf(book, "gemini-2.5-flash", { atMs })).toMatch(/^0.3 priced 2026-11-24/);
  });

  test("of one platform leaves the other its list price", () => {
    const book = LIST.with([{ ...FLASH, platforms: ["vertex_ai"] }]);
    expect(priceOf(book, "gemini-2.5-flash", { platform: "vertex_ai" })).toMatch(/^0.25 .*user/);
    expect(priceOf(book, "gemini-2.5-flash", { platform: "gemini_api" })).toMatch(/^0.3 /);
  });

  test("may be for a platform on which the list knows no price of the model", () => {
    const book = LIST.with([{ id: "gemma-3-27b-it", input: "0.1", platforms: ["vertex_ai"] }]);
    expect(priceOf(book, "gemma-3-27b-it", { platform: "vertex_ai" })).toMatch(/^0.1 priced user/);
    expect(priceOf(book, "gemma-3-27b-it", { platform: "gemini_api" })).toMatch(/^0 free/);
  });

  test.each([
    ["batch", "0.12 priced user:…/gemini-2.5-flash@start/batch"], // named
    ["flex", "0.125 estimated user:…/gemini-2.5-flash@start/flex"], // half of standard
    ["priority", "0.45 estimated user:…/gemini-2.5-flash@start/priority"], // 1.8 × $0.25
  ])("has its rate for %s, or one that is derived", (serviceTier, shown) => {
    const book = LIST.with([{ ...FLASH, tiers: { batch: { input: "0.12" } } }]);
    expect(priceOf(book, "gemini-2.5-flash", { serviceTier })).toBe(shown);
  });

  test("takes nothing over from the list price that it replaces", () => {
    // List: $0.03 from a cache. Here a cached token costs at most what a fresh one does.
    const tokens = tokensOf({ cachedInput: 100_000 });
    expect(priceOf(LIST.with([FLASH]), "gemini-2.5-flash", { tokens })).toMatch(/^0.25 estimated/);
  });

  test("has rates by modality and for long prompts, as list prices have", () => {
    const book = LIST.with([
      { id: "gemini-2.5-pro", input: { default: "1", audio: "3" }, above200k: { input: "2" } },
    ]);
    const audio = { ...tokensOf({ input: 100_000 }), modalities: { input: { audio: 100_000 } } };
    expect(priceOf(book, "gemini-2.5-pro", { tokens: audio })).toMatch(/^3 priced/);
    // 250 000 × $2/M is $0.50, ten times that $5
    const tokens = tokensOf({ input: 250_000 });
    expect(priceOf(book, "gemini-2.5-pro", { tokens })).toMatch(/^5 priced .*above-200k$/);
  });

  test("stays what it was when it was given", () => {
    const input = { default: "0.25" };
    const book = LIST.with([{ ...FLASH, input }]);
    input.default = "a lot";
    expect(priceOf(book, "gemini-2.5-flash")).toMatch(/^0.25 priced/);
  });

  test("that is zero is a known zero", () => {
    const book = LIST.with([{ ...FLASH, input: "0", output: "0" }]);
    expect(priceOf(book, "gemini-2.5-flash")).toMatch(/^0 free user/);
  });
});

test("of two prices that hold the later counts, whichever way they were given", () => {
  const dearer = { ...FLASH, input: "0.4", from: "2026-12-01" };
  const atMs = pacificMidnight("2026-12-01");
  for (const book of [LIST.with([FLASH, dearer]), LIST.with([FLASH]).with([dearer])]) {
    expect(priceOf(book, "gemini-2.5-flash", { atMs })).toMatch(/^0.4 priced user/);
    expect(priceOf(book, "gemini-2.5-flash")).toMatch(/^0.25 priced user/);
  }
});

test("a price is named by all that it says, and by nothing else", () => {
  const versionOf = (...prices: readonly UserPrice[]) =>
    LIST.with(prices).priceAt({
      model: "gemini-2.5-flash",
      platform: undefined,
      tier: "standard",
      promptTokens: 1,
      atMs: NOON,
    })?.priceVersion;
  // printf '{"id":"gemini-2.5-flash","input":"0.25","output":"2"}' | sha256sum
  expect(versionOf(FLASH)).toBe("user:6b7b54a3/gemini-2.5-flash@start/standard");
  expect(versionOf({ id: "other", input: "1" }, FLASH)).toBe(versionOf(FLASH));
  expect(versionOf({ ...FLASH, input: "0.26" })).not.toBe(versionOf(FLASH));
  expect(versionOf({ ...FLASH, notes: "by hand" })).not.toBe(versionOf(FLASH));
});

test("a book with the list's own prices laid over it reckons as the list does", () => {
  const model = fc.constantFrom(...GEMINI_PRICES.filter(({ periods }) => periods.length === 1));
  const tier = fc.constantFrom(...TIERS);
  fc.assert(
    fc.property(model, tier, fc.nat({ max: 300_000 }), ({ id, periods: [period] }, at, count) => {
      const { standard, ...tiers } = period?.tiers ?? {};
      const byToken = standard === undefined ? {} : { ...standard, tiers };
      const items = period?.items === undefined ? {} : { items: period.items };
      const days = period?.from === undefined ? {} : { from: period.from };
      const book = LIST.with([{ ...byToken, ...items, id, ...days }]);
      const used = ITEM_KINDS.map((kind) => ({ kind, quantity: count, variant: "720p" }));
      const tokens = tokensOf({ input: count, output: 1 });
      const usage = { model: id, tokens, items: used, serviceTier: at, atMs: NOON };
      const { priceVersion: _, ...reckoned } = costOf(LIST, usage);
      expect(costOf(book, usage)).toMatchObject(reckoned);
    }),
  );
});
