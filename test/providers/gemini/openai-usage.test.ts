import fc from "fast-check";
import { expect, test } from "vitest";

import { readOpenAiUsage } from "../../../src/providers/gemini/openai-usage.ts";
import { inputTokens, outputTokens } from "../../../src/usage/tokens.ts";
import { tokensOf } from "../../support/tokens.ts";

test("what the total has beyond the parts is taken for thoughts", () => {
  const usage = { prompt_tokens: 9, completion_tokens: 1, total_tokens: 103 };
  // 103 − 9 − 1
  expect(readOpenAiUsage(usage)).toEqual({
    tokens: tokensOf({ input: 9, output: 1, thinking: 93 }),
    mismatch: false,
    hasUnknownCounts: false,
  });
});

test.each([
  ["beside", 20, 130],
  ["inside", 50, 130],
])("thoughts that are told stand %s the completion, as the total says", (_, completion, total) => {
  const usage = {
    prompt_tokens: 80,
    completion_tokens: completion,
    total_tokens: total,
    completion_tokens_details: { reasoning_tokens: 30 },
  };
  expect(readOpenAiUsage(usage)).toMatchObject({
    tokens: tokensOf({ input: 80, output: 20, thinking: 30 }),
    mismatch: false,
  });
});

test("cached tokens and modalities are read from the details", () => {
  const usage = {
    prompt_tokens: 100,
    completion_tokens: 20,
    total_tokens: 120,
    prompt_tokens_details: { cached_tokens: 40, audio_tokens: 30, text_tokens: 70 },
    completion_tokens_details: { image_tokens: 20, reasoning_tokens: 0 },
  };
  expect(readOpenAiUsage(usage)).toEqual({
    tokens: {
      ...tokensOf({ input: 60, cachedInput: 40, output: 20 }),
      modalities: {
        input: { text: 30, audio: 30 },
        cachedInput: { text: 40 },
        output: { image: 20 },
      },
    },
    mismatch: false,
    hasUnknownCounts: false,
  });
});

test("Vertex AI's tier is no count", () => {
  const usage = {
    prompt_tokens: 1,
    total_tokens: 1,
    extra_properties: { google: { traffic_type: "ON_DEMAND" } },
  };
  expect(readOpenAiUsage(usage)?.hasUnknownCounts).toBe(false);
});

test.each([
  { server_tool_use: { web_search_requests: 1 } },
  { prompt_tokens_details: { cached_tokens: 0, olfactory_tokens: 7 } },
  { completion_tokens_details: { accepted_prediction_tokens: 7 } },
])("%j may be billed, and is not known", (more) => {
  const usage = { prompt_tokens: 10, total_tokens: 10, ...more };
  expect(readOpenAiUsage(usage)?.hasUnknownCounts).toBe(true);
});

test("a total that is less than its parts is flagged", () => {
  const usage = { prompt_tokens: 14, completion_tokens: 14, total_tokens: 16 };
  expect(readOpenAiUsage(usage)?.mismatch).toBe(true);
});

test.each([undefined, null, {}, [], 7, { prompt_tokens: 0, total_tokens: 0 }])(
  "%j is usage unknown, not usage 0",
  (usage) => {
    expect(readOpenAiUsage(usage)).toBeUndefined();
  },
);

test("no token of the total is lost, and none is made up", () => {
  const count = fc.integer({ min: 1, max: 1e6 });
  fc.assert(
    fc.property(count, count, fc.nat({ max: 1e6 }), (prompt, completion, thoughts) => {
      const reading = readOpenAiUsage({
        prompt_tokens: prompt,
        completion_tokens: completion,
        total_tokens: prompt + completion + thoughts,
      });
      const { tokens } = reading ?? { tokens: tokensOf({}) };
      expect(inputTokens(tokens)).toBe(prompt);
      expect(outputTokens(tokens)).toBe(completion + thoughts);
      expect(reading?.mismatch).toBe(false);
    }),
  );
});
