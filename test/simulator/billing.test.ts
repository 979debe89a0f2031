import { expect, test } from "vitest";

import { costOf, tokensOf, usdText } from "./billing.ts";
import type { UsageMetadata } from "./usage-metadata.ts";

const NOVEMBER = Date.parse("2026-11-24T12:00:00Z");

function usdOf(model: string, usage: UsageMetadata, atMs = NOVEMBER): string | undefined {
  const cost = costOf(model, usage, atMs);
  return cost === undefined ? undefined : usdText(cost);
}

const split = (modality: string, tokenCount: number) => ({ modality, tokenCount });

test("tool use is charged as input and thoughts as output", () => {
  // openinference#2578: (1 041 + 377 545) × $0.30/M + (902 + 2 191) × $2.50/M = $0.1135758 + $0.0077325
  const usage = {
    promptTokenCount: 1_041,
    candidatesTokenCount: 902,
    thoughtsTokenCount: 2_191,
    toolUsePromptTokenCount: 377_545,
    totalTokenCount: 381_679,
  };
  expect(usdOf("gemini-2.5-flash", usage)).toBe("0.1213083");
});

test("thoughts that are already inside the candidates are charged once", () => {
  // 15 + 359 = 374 is the total, so: 15 × $0.30/M + 359 × $2.50/M = $0.0000045 + $0.0008975
  const usage = {
    promptTokenCount: 15,
    candidatesTokenCount: 359,
    thoughtsTokenCount: 200,
    totalTokenCount: 374,
  };
  expect(usdOf("gemini-2.5-flash", usage)).toBe("0.000902");
});

test.each([
  // 200 000 × $2/M
  [200_000, "0.4"],
  // 200 001 × $4/M: the longer rate holds for all of the prompt
  [200_001, "0.800004"],
  // 250 000 × $4/M
  [250_000, "1"],
])("gemini-3.1-pro-preview charges a prompt of %d tokens $%s", (promptTokenCount, usd) => {
  const usage = { promptTokenCount, totalTokenCount: promptTokenCount };
  expect(usdOf("gemini-3.1-pro-preview", usage)).toBe(usd);
});

test("a long prompt raises the rates of the answer and of the cache too", () => {
  // 50 001 × $4/M + 150 000 × $0.40/M + 1 000 × $18/M = $0.200004 + $0.06 + $0.018
  const usage = {
    promptTokenCount: 200_001,
    cachedContentTokenCount: 150_000,
    candidatesTokenCount: 1_000,
    totalTokenCount: 201_001,
  };
  expect(usdOf("gemini-3.1-pro-preview", usage)).toBe("0.278004");
});

test.each([
  // 1M × $0.75/M + 100k × $3.75/M
  ["2026-12-31T23:59:59.999Z", "1.125"],
  // 1M × $1.50/M + 100k × $7.50/M
  ["2027-01-01T00:00:00.000Z", "2.25"],
  ["2026-08-12T23:59:59.999Z", undefined],
])("gemini-3.7-flash costs what it costs at %s", (at, usd) => {
  const usage = {
    promptTokenCount: 1_000_000,
    candidatesTokenCount: 100_000,
    totalTokenCount: 1_100_000,
  };
  expect(usdOf("gemini-3.7-flash", usage, Date.parse(at))).toBe(usd);
});

test("cached audio is charged at the cache rate of audio, the rest of the audio as audio", () => {
  // Input (1 000 - 400) text × $0.30/M + (200 - 50) audio × $1/M  = $0.00018 + $0.00015
  // Cache 400 text × $0.03/M + 50 audio × $0.10/M                 = $0.000012 + $0.000005
  const usage = {
    promptTokenCount: 1_200,
    cachedContentTokenCount: 450,
    promptTokensDetails: [split("TEXT", 1_000), split("AUDIO", 200)],
    cacheTokensDetails: [split("TEXT", 400), split("AUDIO", 50)],
    totalTokenCount: 1_200,
  };
  expect(usdOf("gemini-2.5-flash", usage)).toBe("0.000347");
});

test("tokens that the details leave out are charged at the default rate", () => {
  // 10 audio × $1/M + 90 × $0.30/M = $0.00001 + $0.000027
  const usage = { promptTokenCount: 100, promptTokensDetails: [split("AUDIO", 10)] };
  expect(usdOf("gemini-2.5-flash", usage)).toBe("0.000037");
});

test("a generated image is charged at the image rate", () => {
  // 10 × $0.30/M + 20 text × $2.50/M + 1 290 image × $30/M = $0.000003 + $0.00005 + $0.0387
  const usage = {
    promptTokenCount: 10,
    candidatesTokenCount: 1_310,
    candidatesTokensDetails: [split("TEXT", 20), split("IMAGE", 1_290)],
    totalTokenCount: 1_320,
  };
  expect(usdOf("gemini-2.5-flash-image", usage)).toBe("0.038753");
});

test("what is served as flex has prices of its own", () => {
  // 1 000 000 × $0.15/M + 100 000 × $1.25/M
  const usage = { promptTokenCount: 1_000_000, candidatesTokenCount: 100_000, serviceTier: "flex" };
  expect(usdOf("gemini-2.5-flash", usage)).toBe("0.275");
  expect(usdOf("gemini-2.5-pro", usage)).toBeUndefined();
});

test("a document is charged as images", () => {
  // 258 × $0.45/M
  const usage = { promptTokenCount: 258, promptTokensDetails: [split("DOCUMENT", 258)] };
  expect(usdOf("gemini-embedding-2", usage)).toBe("0.0001161");
});

test.each([
  ["a model that the table lacks", "gemini-99-imaginary", {}],
  ["another service tier", "gemini-2.5-flash", { serviceTier: "priority" }],
  ["provisioned throughput", "gemini-2.5-flash", { trafficType: "PROVISIONED_THROUGHPUT" }],
  ["an answer by an embedding model", "gemini-embedding-001", { candidatesTokenCount: 1 }],
  ["a cache where none is priced", "gemini-embedding-001", { cachedContentTokenCount: 1 }],
])("there is no price for %s", (_case, model, usage) => {
  expect(usdOf(model, { promptTokenCount: 10, ...usage })).toBeUndefined();
});

test("absent counts are 0, and an embedding's total is its prompt", () => {
  expect(tokensOf({ promptTokenCount: 7 })).toEqual({
    prompt: 7,
    cached: 0,
    toolUse: 0,
    candidates: 0,
    thoughts: 0,
    total: 7,
    details: { prompt: [], cached: [], toolUse: [], candidates: [] },
  });
});

test.each([
  [0n, "0"],
  [1n, "0.000000000001"],
  [1_000_000_000_000n, "1"],
  [12_340_000_000_000n, "12.34"],
])("%d picodollars are $%s", (picodollars, usd) => {
  expect(usdText(picodollars)).toBe(usd);
});
