import fc from "fast-check";
import { expect, test } from "vitest";

import { readInteractionUsage } from "../../../src/providers/gemini/interaction-usage.ts";
import { readUsageMetadata } from "../../../src/providers/gemini/usage-metadata.ts";
import { tokensOf } from "../../support/tokens.ts";

const read = (usage: unknown) => readInteractionUsage(usage, "gemini_api");

test("every documented member is read, each token into one kind", () => {
  const usage = {
    total_input_tokens: 1_000,
    input_tokens_by_modality: [
      { modality: "text", tokens: 700 },
      { modality: "audio", tokens: 300 },
    ],
    total_cached_tokens: 400,
    cached_tokens_by_modality: [{ modality: "text", tokens: 400 }],
    total_tool_use_tokens: 50,
    tool_use_tokens_by_modality: [{ modality: "text", tokens: 50 }],
    total_output_tokens: 200,
    output_tokens_by_modality: [{ modality: "image", tokens: 200 }],
    total_thought_tokens: 30,
    // 1 000 + 50 + 200 + 30
    total_tokens: 1_280,
    grounding_tool_count: [
      { type: "google_search", count: 3 },
      { type: "google_maps", count: 1 },
      { type: "retrieval", count: 2 },
    ],
  };
  expect(read(usage)).toEqual({
    tokens: {
      input: 600,
      cachedInput: 400,
      toolUse: 50,
      output: 200,
      thinking: 30,
      modalities: {
        input: { text: 300, audio: 300 },
        cachedInput: { text: 400 },
        toolUse: { text: 50 },
        output: { image: 200 },
      },
    },
    tokensMismatch: false,
    items: [
      { kind: "google_search", quantity: 3 },
      { kind: "google_maps", quantity: 1 },
    ],
    hasUncountedItems: false,
  });
});

test("what a sum of hops adds to its usage is not billed again", () => {
  const usage = { total_input_tokens: 220, initial_input_tokens: 100, total_tokens: 220 };
  expect(read(usage)).toMatchObject({
    tokens: tokensOf({ input: 220 }),
    tokensMismatch: false,
    hasUncountedItems: false,
  });
});

test("a stored conversation that the documented counts leave out makes them a lower bound", () => {
  const usage = {
    total_input_tokens: 11,
    total_output_tokens: 5,
    total_tokens: 16,
    raw_prompt_token: 24_750,
  };
  expect(read(usage)).toMatchObject({
    tokens: tokensOf({ input: 11, output: 5 }),
    hasUncountedItems: true,
  });
});

test.each([
  ["gemini_api", "retrieval", false],
  ["vertex_ai", "retrieval", true],
  ["gemini_api", "moon_search", true],
] as const)("on %s a %s is uncounted: %s", (platform, type, isUncounted) => {
  const usage = { total_input_tokens: 1, grounding_tool_count: [{ type, count: 1 }] };
  expect(readInteractionUsage(usage, platform).hasUncountedItems).toBe(isUncounted);
});

test("a search that did not happen is none", () => {
  const usage = {
    total_input_tokens: 1,
    grounding_tool_count: [{ type: "google_maps", count: 0 }],
  };
  expect(read(usage).items).toBeUndefined();
});

test("parts that miss the total are flagged", () => {
  const usage = { total_input_tokens: 10, total_output_tokens: 5, total_tokens: 20 };
  expect(read(usage).tokensMismatch).toBe(true);
});

test.each([undefined, null, {}, [], 3, { total_tokens: 5 }])("%j names no tokens", (usage) => {
  expect(read(usage)).toEqual({});
});

test("reads as the same counts do in usageMetadata", () => {
  const count = fc.nat({ max: 1e6 });
  fc.assert(
    fc.property(count, count, count, count, count, fc.boolean(), (...counts) => {
      const [prompt, cached, toolUse, candidates, thoughts, isOldName] = counts;
      const total = prompt + toolUse + candidates + thoughts;
      const reading = readUsageMetadata({
        promptTokenCount: prompt,
        cachedContentTokenCount: cached,
        toolUsePromptTokenCount: toolUse,
        candidatesTokenCount: candidates,
        thoughtsTokenCount: thoughts,
        totalTokenCount: total,
      });
      const facts = read({
        total_input_tokens: prompt,
        total_cached_tokens: cached,
        total_tool_use_tokens: toolUse,
        total_output_tokens: candidates,
        [isOldName ? "total_reasoning_tokens" : "total_thought_tokens"]: thoughts,
        total_tokens: total,
      });
      expect(facts.tokens).toEqual(reading?.tokens);
      expect(facts.tokensMismatch).toBe(reading?.mismatch);
    }),
  );
});
