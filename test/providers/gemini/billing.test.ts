/** From what Google sends to what it costs: the reckonings that other tools got wrong, in decimal. */
import fc from "fast-check";
import { expect, test } from "vitest";

import { toUsdString } from "../../../src/base/money.ts";
import { pacificMidnight } from "../../support/pacific-time.ts";
import { pricedAnswer } from "../../support/priced-answer.ts";

/** `"0.1213083 priced"`. */
function billOf(...answer: Parameters<typeof pricedAnswer>): string {
  const { cost, priceStatus } = pricedAnswer(...answer);
  return `${cost === undefined ? "unknown" : toUsdString(cost)} ${priceStatus}`;
}

const OPENINFERENCE_2578 = {
  promptTokenCount: 1_041,
  candidatesTokenCount: 902,
  thoughtsTokenCount: 2_191,
  toolUsePromptTokenCount: 377_545,
  totalTokenCount: 381_679,
};
const AGENTGATEWAY_2813 = {
  promptTokenCount: 30_460,
  candidatesTokenCount: 3,
  thoughtsTokenCount: 87,
  totalTokenCount: 30_550,
};
const HELICONE_5604 = {
  promptTokenCount: 15,
  candidatesTokenCount: 359,
  thoughtsTokenCount: 661,
  totalTokenCount: 1_035,
};
const prompt = (promptTokenCount: number) => ({
  promptTokenCount,
  totalTokenCount: promptTokenCount,
});

test.each([
  // (1 041 + 377 545) × $0.30/M + (902 + 2 191) × $2.50/M
  ["openinference#2578", "gemini-2.5-flash", OPENINFERENCE_2578, "0.1213083 priced"],
  // 30 460 × $0.30/M + (3 + 87) × $2.50/M
  ["agentgateway#2813", "gemini-2.5-flash", AGENTGATEWAY_2813, "0.009363 priced"],
  // 15 × $0.30/M + (359 + 661) × $2.50/M
  ["Helicone#5604", "gemini-2.5-flash", HELICONE_5604, "0.0025545 priced"],
  ["at the edge", "gemini-3.1-pro-preview", prompt(200_000), "0.4 priced"], // × $2/M
  ["above it", "gemini-3.1-pro-preview", prompt(200_001), "0.800004 priced"], // all × $4/M
  ["far above it", "gemini-3.1-pro-preview", prompt(250_000), "1 priced"],
])("%s: %s costs the same by itself and under `response`", (_source, model, usage, bill) => {
  expect(billOf(model, [{ usageMetadata: usage }])).toBe(bill);
  expect(billOf(model, [{ response: { usageMetadata: usage } }])).toBe(bill);
});

test.each([
  ["2027-01-01", -1, "1.125 priced"], // 1M × $0.75/M + 100k × $3.75/M
  ["2027-01-01", 0, "2.25 priced"], // 1M × $1.50/M + 100k × $7.50/M
])("3.7 Flash at midnight of %s Pacific time, %i ms, costs %s", (day, offsetMs, bill) => {
  const usageMetadata = {
    promptTokenCount: 1_000_000,
    candidatesTokenCount: 100_000,
    totalTokenCount: 1_100_000,
  };
  const startedAtMs = pacificMidnight(day) + offsetMs;
  expect(billOf("gemini-3.7-flash", [{ usageMetadata }], { startedAtMs })).toBe(bill);
});

test("a stream costs what its last running total says, not their sum", () => {
  const events = [1, 2, 3, 4].map((quarter) => ({
    usageMetadata: {
      promptTokenCount: 1_000,
      candidatesTokenCount: 50 * quarter,
      totalTokenCount: 1_000 + 50 * quarter,
    },
  }));
  // 1 000 × $0.30/M + 200 × $2.50/M
  expect(billOf("gemini-2.5-flash", events)).toBe("0.0008 priced");
});

test("three hops of a continued answer are three requests, none of them above the edge", () => {
  const hop = { usageMetadata: prompt(90_000) };
  const bills = [hop, hop, hop].map((one) => billOf("gemini-3.1-pro-preview", [one]));
  expect(bills).toEqual(["0.18 priced", "0.18 priced", "0.18 priced"]); // 90 000 × $2/M
});

const grounded = (...webSearchQueries: string[]) => ({
  candidates: [{ groundingMetadata: { webSearchQueries } }],
  usageMetadata: prompt(0),
});

test.each([
  ["gemini-3.8-flash", ["A", "B", "A"], "0.028 priced"], // litellm#36397: 2 × $0.014
  ["gemini-4-carbon", ["A"], "0.014 priced"],
  ["gemini-2.5-flash", ["A", "B", "C"], "0.035 priced"], // one prompt
  ["gemini-2.5-flash", [], "0 priced"],
])("%s, which searched for %j, costs %s beside its tokens", (model, queries, bill) => {
  expect(billOf(model, [grounded(...queries)])).toBe(bill);
  expect(billOf(model, [{ response: grounded(...queries) }])).toBe(bill);
  const events = queries.map((query) => grounded(query));
  expect(billOf(model, [...events, grounded()])).toBe(bill);
});

test.each([
  ["imagen-4.0-generate-001", "0.08 priced"], // 2 × $0.04
  ["imagen-9", "unknown unpriced"],
])("two pictures of %s cost %s", (model, bill) => {
  const picture = { bytesBase64Encoded: "iVBO", mimeType: "image/png" };
  const body = { predictions: [picture, { raiFilteredReason: "…" }, picture] };
  expect(billOf(model, [body], { platform: "vertex_ai" })).toBe(bill);
});

test.each<[string, object]>([
  ["a kind of tokens that isn't known", { usageMetadata: { ...HELICONE_5604, moonTokenCount: 5 } }],
  ["counts that miss their total", { usageMetadata: { ...HELICONE_5604, totalTokenCount: 1_036 } }],
  [
    "a search that isn't understood",
    {
      usageMetadata: HELICONE_5604,
      candidates: [{ groundingMetadata: { moonSearchQueries: ["A"] } }],
    },
  ],
])("%s leaves a cost that is a lower bound", (_what, body) => {
  expect(billOf("gemini-2.5-flash", [body])).toBe("0.0025545 partial");
});

test("searches without usage cost what they cost, and the tokens are known to be missing", () => {
  const { candidates } = grounded("A", "B");
  expect(billOf("gemini-3.8-flash", [{ candidates }])).toBe("0.028 partial");
});

test("however a stream is cut into events, it costs the same", () => {
  const query = fc.constantFrom("A", "B", "C");
  const queries = fc.array(fc.array(query, { maxLength: 3 }), { minLength: 1, maxLength: 6 });
  const model = fc.constantFrom("gemini-3.8-flash", "gemini-2.5-flash");
  fc.assert(
    fc.property(model, queries, (name, parts) => {
      const whole = { ...grounded(...parts.flat()), usageMetadata: HELICONE_5604 };
      const events = parts.map((part) => ({ candidates: grounded(...part).candidates }));
      const last = { usageMetadata: HELICONE_5604 };
      expect(billOf(name, [...events, last])).toBe(billOf(name, [whole]));
    }),
  );
});
