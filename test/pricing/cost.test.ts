import { expect, test } from "vitest";

import { toUsdString } from "../../src/base/money.ts";
import {
  asLowerBound,
  type BilledUsage,
  costOf,
  NOT_BILLED,
  UNPRICED,
} from "../../src/pricing/cost.ts";
import { geminiPriceBook } from "../../src/pricing/gemini-prices.ts";
import type { TokenCounts } from "../../src/usage/tokens.ts";
import { pacificMidnight } from "../support/pacific-time.ts";
import { tokensOf } from "../support/tokens.ts";

const BOOK = geminiPriceBook();
const NOON = pacificMidnight("2026-11-24") + 12 * 3_600_000;

/** `"0.0028 priced"`: the cost in dollars and its status. */
function priceOf(
  model: string,
  counts: Partial<TokenCounts>,
  rest: Partial<BilledUsage> = {},
): string {
  const tokens = tokensOf(counts);
  const { cost, priceStatus } = costOf(BOOK, { model, tokens, atMs: NOON, ...rest });
  return `${cost === undefined ? "unknown" : toUsdString(cost)} ${priceStatus}`;
}

test("bills tool-use prompts as input and thinking as output (openinference#2578)", () => {
  // (1 041 + 377 545) × $0.30/M + (902 + 2 191) × $2.50/M = 0.1135758 + 0.0077325
  const counts = { input: 1_041, toolUse: 377_545, output: 902, thinking: 2_191 };
  expect(priceOf("gemini-2.5-flash", counts)).toBe("0.1213083 priced");
});

test("bills thinking at the output rate (agentgateway#2813)", () => {
  // 30 460 × $0.30/M + (3 + 87) × $2.50/M = 0.009138 + 0.000225
  expect(priceOf("gemini-2.5-flash", { input: 30_460, output: 3, thinking: 87 })).toBe(
    "0.009363 priced",
  );
});

test("bills thinking at the output rate (Helicone#5604)", () => {
  // 15 × $1.25/M + (359 + 661) × $10/M = 0.00001875 + 0.0102
  expect(priceOf("gemini-2.5-pro", { input: 15, output: 359, thinking: 661 })).toBe(
    "0.01021875 priced",
  );
});

test.each([
  [200_000, "0.4 priced"], // × $2/M
  [200_001, "0.800004 priced"], // × $4/M: all of them, not the one above
  [250_000, "1 priced"],
])("a prompt of %i tokens to 3.1 Pro costs %s", (input, shown) => {
  expect(priceOf("gemini-3.1-pro-preview", { input })).toBe(shown);
});

test("above 200,000 tokens output and cached tokens switch too", () => {
  // 150 000 × $4/M + 100 000 × $0.40/M + (1 000 + 500) × $18/M = 0.6 + 0.04 + 0.027
  const counts = { input: 150_000, cachedInput: 100_000, output: 1_000, thinking: 500 };
  expect(priceOf("gemini-3.1-pro-preview", counts)).toBe("0.667 priced");
});

test("tool-use prompts don't count towards the 200,000", () => {
  // (150 000 + 100 000) × $2/M
  const counts = { input: 150_000, toolUse: 100_000 };
  expect(priceOf("gemini-3.1-pro-preview", counts)).toBe("0.5 priced");
});

test("three hops of 90,000 tokens are three calls at the standard rate, not one above the edge", () => {
  // 90 000 × $2/M; as one call 270 000 × $4/M would be $1.08
  const hops = [1, 2, 3].map(() => priceOf("gemini-3.1-pro-preview", { input: 90_000 }));
  expect(hops).toEqual(["0.18 priced", "0.18 priced", "0.18 priced"]);
});

test.each([
  ["2027-01-01", -1, "1.125 priced"], // 1M × $0.75/M + 100k × $3.75/M, in the promotion's last moment
  ["2027-01-01", 0, "2.25 priced"], // 1M × $1.50/M + 100k × $7.50/M
])("3.7 Flash at midnight of %s Pacific time, %i ms, costs %s", (day, offsetMs, shown) => {
  const atMs = pacificMidnight(day) + offsetMs;
  const counts = { input: 1_000_000, output: 100_000 };
  expect(priceOf("gemini-3.7-flash", counts, { atMs })).toBe(shown);
});

test.each([
  [Date.UTC(2026, 11, 1, 7, 59, 59, 999), "2 priced"], // 23:59 on 30 November in California
  [Date.UTC(2026, 11, 1, 8), "4 priced"],
])("Gemini 4 doubles with 1 December in California, not in Greenwich: %i", (atMs, shown) => {
  expect(priceOf("gemini-4-carbon", { input: 1_000_000 }, { atMs })).toBe(shown);
});

test("nothing is known before a model's first price", () => {
  const atMs = pacificMidnight("2026-10-13") - 1;
  expect(priceOf("gemini-4-argon", { input: 1 }, { atMs })).toBe("unknown unpriced");
});

test.each([
  [undefined, "0.3 priced"],
  ["standard", "0.3 priced"],
  ["on_demand", "0.3 priced"],
  ["batch", "0.15 priced"],
  ["flex", "0.15 priced"],
  ["on_demand_flex", "0.15 priced"],
  ["priority", "0.54 priced"],
  ["on_demand_priority", "0.54 priced"],
  ["on_demand_offpeak", "unknown unpriced"], // no price of it was found
  ["provisioned_throughput", "unknown unpriced"], // paid for by the month
  ["deferred", "unknown unpriced"],
])("a million tokens served at tier %s cost %s", (serviceTier, shown) => {
  expect(priceOf("gemini-2.5-flash", { input: 1_000_000 }, { serviceTier })).toBe(shown);
});

test.each([
  // 3.8 Flash has no cache rate of its own but in standard, which is the most it can be
  ["batch", "gemini-3.8-flash", { cachedInput: 1_000_000 }, "0.075 estimated"],
  ["priority", "gemini-3.8-flash", { cachedInput: 1_000_000 }, "0.135 estimated"], // 1.8 × $0.075
  ["batch", "gemini-3.8-flash", { input: 1_000_000 }, "0.375 priced"], // that rate is known
  ["flex", "gemini-4-argon", { input: 1_000_000, output: 1_000_000 }, "6 estimated"], // (2 + 10) / 2
])(
  "a missing rate of tier %s of %s is filled in and said so",
  (serviceTier, model, counts, shown) => {
    expect(priceOf(model, counts, { serviceTier })).toBe(shown);
  },
);

test("cached tokens of a model without cache rate cost at most what fresh ones do", () => {
  expect(priceOf("gemini-2.0-flash-lite", { cachedInput: 1_000_000 })).toBe("0.075 estimated");
});

const MILLION = 1_000_000;

/** Usage field × price key: a million tokens of each kind and modality, where the rates differ. */
test.each([
  ["gemini-2.5-flash", "input", {}, "0.3 priced"],
  ["gemini-2.5-flash", "input", { text: MILLION }, "0.3 priced"],
  ["gemini-2.5-flash", "input", { image: MILLION }, "0.3 priced"],
  ["gemini-2.5-flash", "input", { video: MILLION }, "0.3 priced"],
  ["gemini-2.5-flash", "input", { document: MILLION }, "0.3 priced"],
  ["gemini-2.5-flash", "input", { audio: MILLION }, "1 priced"],
  ["gemini-2.5-flash", "cachedInput", { text: MILLION }, "0.03 priced"],
  ["gemini-2.5-flash", "cachedInput", { audio: MILLION }, "0.1 priced"],
  ["gemini-2.5-flash", "toolUse", { text: MILLION }, "0.3 priced"],
  ["gemini-2.5-flash", "toolUse", { audio: MILLION }, "1 priced"],
  ["gemini-2.5-flash", "output", { text: MILLION }, "2.5 priced"],
  ["gemini-2.5-flash", "thinking", {}, "2.5 priced"],
  ["gemini-3-pro-image", "output", { text: MILLION }, "12 priced"],
  ["gemini-3-pro-image", "output", { image: MILLION }, "120 priced"],
  ["gemini-3-pro-image", "thinking", {}, "12 priced"],
  ["gemini-3.8-flash-tts", "output", { audio: MILLION }, "9 priced"],
  ["gemini-3.1-flash-live-preview", "input", { audio: MILLION }, "3 priced"],
  ["gemini-3.1-flash-live-preview", "input", { document: MILLION }, "1 priced"], // as images
  ["gemini-3.1-flash-live-preview", "output", { audio: MILLION }, "12 priced"],
  ["gemini-embedding-2", "input", { text: MILLION }, "0.2 priced"],
  ["gemini-embedding-2", "input", { image: MILLION }, "0.45 priced"],
  ["gemini-embedding-2", "input", { document: MILLION }, "0.45 priced"],
  ["gemini-embedding-2", "input", { audio: MILLION }, "6.5 priced"],
  ["gemini-embedding-2", "input", { video: MILLION }, "12 priced"],
  ["gemini-omni-flash-preview", "output", { video: MILLION }, "17.5 priced"],
  // Rates that nobody could find: the text rate is the least that it can be.
  ["gemini-3.8-live", "input", { audio: MILLION }, "0.75 partial"],
  ["gemini-omni-1.1-flash", "output", { video: MILLION }, "9 partial"],
  ["gemini-embedding-001", "output", {}, "0 partial"],
])("a million tokens to %s as %s %o cost %s", (model, kind, split, shown) => {
  const modalities = Object.keys(split).length === 0 ? {} : { modalities: { [kind]: split } };
  expect(priceOf(model, { [kind]: MILLION, ...modalities })).toBe(shown);
});

test("an image model that doesn't say what it answered with has answered with images", () => {
  // 1 120 × $120/M, not × $12/M
  expect(priceOf("gemini-3-pro-image", { output: 1_120 })).toBe("0.1344 estimated");
});

test("tokens that a split leaves out are taken for text, and the cost for an estimate", () => {
  // 600 × $1/M + 400 × $0.30/M
  const counts = { input: 1_000, modalities: { input: { audio: 600 } } };
  expect(priceOf("gemini-2.5-flash", counts)).toBe("0.00072 estimated");
});

test("an incomplete split is no matter where every modality costs the same", () => {
  const counts = { input: MILLION, modalities: { input: { audio: 6 } } };
  expect(priceOf("gemini-3.8-flash", counts)).toBe("0.75 priced");
});

test.each([
  ["gemini_api", "0.1 priced"],
  ["vertex_ai", "0.15 priced"],
  [undefined, "0.1 priced"],
])("2.0 Flash on %s costs %s a million", (platform, shown) => {
  expect(priceOf("gemini-2.0-flash", { input: MILLION }, { platform })).toBe(shown);
});

test("Gemma is known to be free, which is not the same as unknown", () => {
  expect(priceOf("gemma-3-27b-it", { input: 1_000, output: 1_000 })).toBe("0 free");
  expect(priceOf("gemma-3-27b-it", { input: 1_000 }, { platform: "vertex_ai" })).toBe(
    "unknown unpriced",
  );
});

test.each<[string, Partial<BilledUsage>]>([
  ["model", { model: undefined }],
  ["model's price", { model: "gemini-9" }],
  ["usage", { tokens: undefined }],
])("an unknown %s is an unknown cost, never 0", (_what, usage) => {
  const known = { model: "gemini-2.5-flash", tokens: tokensOf({ input: 1 }), atMs: NOON };
  expect(costOf(BOOK, { ...known, ...usage })).toEqual(UNPRICED);
});

test("a lower bound keeps its cost and its price, and what is free or unknown stays so", () => {
  const priced = costOf(BOOK, {
    model: "gemini-2.5-flash",
    tokens: tokensOf({ input: 1 }),
    atMs: NOON,
  });
  expect(asLowerBound(priced)).toEqual({ ...priced, priceStatus: "partial" });
  expect(asLowerBound({ ...priced, priceStatus: "estimated" }).priceStatus).toBe("partial");
  expect(asLowerBound(UNPRICED)).toBe(UNPRICED);
  expect(asLowerBound(NOT_BILLED)).toBe(NOT_BILLED);
});
