import { expect, test } from "vitest";

import {
  readEmbeddingStatistics,
  readUsageMetadata,
} from "../../../src/providers/gemini/usage-metadata.ts";
import { tokensOf } from "../../support/tokens.ts";

/** What is read where nothing contradicts and nothing is unknown. */
function clean(tokens: Parameters<typeof tokensOf>[0]) {
  return { tokens: tokensOf(tokens), mismatch: false, hasUnknownCounts: false };
}

test.each([
  [
    "a plain answer",
    { promptTokenCount: 10, candidatesTokenCount: 5, totalTokenCount: 15 },
    { input: 10, output: 5 },
  ],
  [
    "an answer with thoughts beside the candidates (vercel/ai#6082)",
    {
      promptTokenCount: 7_477,
      candidatesTokenCount: 2_060,
      thoughtsTokenCount: 1_939,
      totalTokenCount: 11_476,
    },
    { input: 7_477, output: 2_060, thinking: 1_939 },
  ],
  [
    "an older answer with thoughts inside the candidates",
    {
      promptTokenCount: 100,
      candidatesTokenCount: 50,
      thoughtsTokenCount: 30,
      totalTokenCount: 150,
    },
    { input: 100, output: 20, thinking: 30 },
  ],
  [
    "the same, with a tool-use prompt",
    {
      promptTokenCount: 100,
      toolUsePromptTokenCount: 40,
      candidatesTokenCount: 50,
      thoughtsTokenCount: 30,
      totalTokenCount: 190,
    },
    { input: 100, toolUse: 40, output: 20, thinking: 30 },
  ],
  [
    "a cached prompt: cached tokens are part of it",
    {
      promptTokenCount: 1_000,
      cachedContentTokenCount: 900,
      candidatesTokenCount: 5,
      totalTokenCount: 1_005,
    },
    { input: 100, cachedInput: 900, output: 5 },
  ],
  [
    "a tool-use prompt: it stands beside the prompt (openinference#2578)",
    {
      promptTokenCount: 1_041,
      candidatesTokenCount: 902,
      thoughtsTokenCount: 2_191,
      toolUsePromptTokenCount: 377_545,
      totalTokenCount: 381_679,
    },
    { input: 1_041, toolUse: 377_545, output: 902, thinking: 2_191 },
  ],
  [
    "an answer of thoughts only, cut off by MAX_TOKENS",
    { promptTokenCount: 10, thoughtsTokenCount: 64, totalTokenCount: 74 },
    { input: 10, thinking: 64 },
  ],
  ["a blocked prompt", { promptTokenCount: 10, totalTokenCount: 10 }, { input: 10 }],
  [
    "the Live API's spelling",
    { promptTokenCount: 10, responseTokenCount: 5, totalTokenCount: 15 },
    { input: 10, output: 5 },
  ],
  [
    "an embedding, which has no total",
    { promptTokenCount: 7, promptTokenDetails: [{ modality: "TEXT", tokenCount: 7 }] },
    { input: 7, modalities: { input: { text: 7 } } },
  ],
  [
    "one count in two spellings, once: the larger",
    { promptTokenCount: 1, candidatesTokenCount: 5, responseTokenCount: 3, totalTokenCount: 6 },
    { input: 1, output: 5 },
  ],
  ["counts as texts, as JSON writes 64-bit numbers", { promptTokenCount: "12" }, { input: 12 }],
  [
    "a null count, which is an absent one",
    { promptTokenCount: 3, thoughtsTokenCount: null },
    { input: 3 },
  ],
])("reads %s", (_what, usage, tokens) => {
  expect(readUsageMetadata(usage)).toEqual(clean(tokens));
});

test.each([
  ["no usage", undefined],
  ["null", null],
  ["an empty object", {}],
  ["a stream's first event on Vertex AI", { trafficType: "ON_DEMAND" }],
  ["a list", [{ promptTokenCount: 1 }]],
  ["a text", "promptTokenCount"],
  ["a total alone, of which the price of no token is known", { totalTokenCount: 5 }],
  ["only counts that are none", { promptTokenCount: -1, candidatesTokenCount: 1.5 }],
])("%s is usage unknown, not usage 0", (_what, usage) => {
  expect(readUsageMetadata(usage)).toBeUndefined();
});

test.each([
  [
    "the parts fall short of the total",
    { promptTokenCount: 10, totalTokenCount: 15 },
    { input: 10 },
  ],
  [
    "thoughts are left out of the total, and too many to be inside (forum 188765)",
    {
      promptTokenCount: 522,
      responseTokenCount: 42,
      thoughtsTokenCount: 136,
      totalTokenCount: 564,
    },
    { input: 522, output: 42, thinking: 136 },
  ],
  [
    "a tool-use prompt is left out of the total, and thoughts are inside",
    {
      promptTokenCount: 100,
      toolUsePromptTokenCount: 40,
      candidatesTokenCount: 50,
      thoughtsTokenCount: 30,
      totalTokenCount: 150,
    },
    { input: 100, toolUse: 40, output: 20, thinking: 30 },
  ],
  [
    "more is cached than was asked",
    { promptTokenCount: 10, cachedContentTokenCount: 25 },
    { cachedInput: 10 },
  ],
  ["a count is negative", { promptTokenCount: 10, candidatesTokenCount: -5 }, { input: 10 }],
  ["a count has a fraction", { promptTokenCount: 10, candidatesTokenCount: 1.5 }, { input: 10 }],
  ["a count is no number", { promptTokenCount: 10, thoughtsTokenCount: "many" }, { input: 10 }],
  ["a count is beyond reason", { promptTokenCount: 10, thoughtsTokenCount: 1e300 }, { input: 10 }],
  [
    "modalities sum to more than their count",
    { promptTokenCount: 10, promptTokensDetails: [{ modality: "AUDIO", tokenCount: 11 }] },
    { input: 10 },
  ],
  [
    "cached modalities are none of the prompt's",
    {
      promptTokenCount: 10,
      cachedContentTokenCount: 4,
      promptTokensDetails: [{ modality: "TEXT", tokenCount: 10 }],
      cacheTokensDetails: [{ modality: "VIDEO", tokenCount: 4 }],
    },
    { input: 6, cachedInput: 4, modalities: { cachedInput: { video: 4 } } },
  ],
])("keeps what can be kept, and flags it, when %s", (_what, usage, tokens) => {
  expect(readUsageMetadata(usage)).toEqual({ ...clean(tokens), mismatch: true });
});

test("splits each kind by its own details, under either spelling", () => {
  const details = (audio: number, text: number) => [
    { modality: "AUDIO", tokenCount: audio },
    { modality: "TEXT", tokenCount: text },
  ];
  const counts = {
    promptTokenCount: 100,
    cachedContentTokenCount: 30,
    toolUsePromptTokenCount: 7,
    candidatesTokenCount: 9,
  };
  const tokens = {
    input: 70,
    cachedInput: 30,
    toolUse: 7,
    output: 9,
    modalities: {
      input: { audio: 40, text: 30 }, // 60 - 20 and 40 - 10
      cachedInput: { audio: 20, text: 10 },
      toolUse: { audio: 3, text: 4 },
      output: { audio: 4, text: 5 },
    },
  };
  const plural = {
    promptTokensDetails: details(60, 40),
    cacheTokensDetails: details(20, 10),
    toolUsePromptTokensDetails: details(3, 4),
    candidatesTokensDetails: details(4, 5),
  };
  const singular = {
    promptTokenDetails: details(60, 40),
    cacheTokenDetails: details(20, 10),
    toolUsePromptTokenDetails: details(3, 4),
    responseTokenDetails: details(4, 5),
  };
  expect(readUsageMetadata({ ...counts, ...plural })).toEqual(clean(tokens));
  expect(readUsageMetadata({ ...counts, ...singular })).toEqual(clean(tokens));
});

test("a split that sums to less leaves the rest without a modality (497 of 522)", () => {
  const usage = {
    promptTokenCount: 522,
    promptTokensDetails: [{ modality: "AUDIO", tokenCount: 497 }],
  };
  expect(readUsageMetadata(usage)).toEqual(
    clean({ input: 522, modalities: { input: { audio: 497 } } }),
  );
});

test("modalities that aren't known here are left to the rest", () => {
  const usage = {
    promptTokenCount: 10,
    promptTokensDetails: [
      { modality: "SMELL", tokenCount: 4 },
      { modality: "MODALITY_UNSPECIFIED", tokenCount: 1 },
      { modality: "TEXT" },
      null,
      { modality: "IMAGE", tokenCount: 5 },
    ],
  };
  expect(readUsageMetadata(usage)).toEqual(
    clean({ input: 10, modalities: { input: { image: 5 } } }),
  );
});

test("cached tokens without a split are text first, then what else the prompt holds", () => {
  const usage = {
    promptTokenCount: 1_000,
    cachedContentTokenCount: 500,
    promptTokensDetails: [
      { modality: "TEXT", tokenCount: 100 },
      { modality: "AUDIO", tokenCount: 800 }, // and 100 of no stated modality
    ],
  };
  const modalities = { input: { audio: 500 }, cachedInput: { text: 100, audio: 300 } };
  expect(readUsageMetadata(usage)).toEqual(clean({ input: 500, cachedInput: 500, modalities }));
});

test("thoughts inside the candidates are text, and leave the images alone", () => {
  const usage = {
    promptTokenCount: 10,
    candidatesTokenCount: 1_320,
    thoughtsTokenCount: 200,
    totalTokenCount: 1_330,
    candidatesTokensDetails: [
      { modality: "TEXT", tokenCount: 200 },
      { modality: "IMAGE", tokenCount: 1_120 },
    ],
  };
  const modalities = { output: { image: 1_120 } };
  expect(readUsageMetadata(usage)).toEqual(
    clean({ input: 10, output: 1_120, thinking: 200, modalities }),
  );
});

test.each([
  ["a count", { quantumTokenCount: 5 }, true],
  ["a list of details", { quantumTokensDetails: [{ modality: "TEXT", tokenCount: 5 }] }, true],
  ["a count of zero", { quantumTokenCount: 0 }, false],
  ["an empty list", { quantumTokensDetails: [] }, false],
  ["a word", { serviceTier: "flex", trafficType: "ON_DEMAND", mood: "good" }, false],
  ["the count that the SDK itself adds", { initialPromptTokenCount: 3 }, false],
])(
  "says whether a field that it doesn't know may be billed: %s",
  (_what, extra, hasUnknownCounts) => {
    expect(readUsageMetadata({ promptTokenCount: 3, ...extra })?.hasUnknownCounts).toBe(
      hasUnknownCounts,
    );
  },
);

test("sums the statistics of Vertex AI's embeddings, on the wire and as the SDK shows them", () => {
  const predictions = [
    { embeddings: { values: [0.1], statistics: { token_count: 6, truncated: false } } },
    { embeddings: { values: [0.2], statistics: { tokenCount: 7 } } },
  ];
  expect(readEmbeddingStatistics(predictions)).toEqual(clean({ input: 13 }));
});

test("flags embeddings of which only some say their tokens, and knows nothing of none", () => {
  const known = { embeddings: { statistics: { token_count: 6 } } };
  expect(readEmbeddingStatistics([known, { embeddings: {} }])).toEqual({
    ...clean({ input: 6 }),
    mismatch: true,
  });
  expect(readEmbeddingStatistics([{ bytesBase64Encoded: "…" }])).toBeUndefined();
  expect(readEmbeddingStatistics(undefined)).toBeUndefined();
});
