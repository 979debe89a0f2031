import fc from "fast-check";
import { expect, test } from "vitest";

import {
  readEmbeddingStatistics,
  readUsageMetadata,
} from "../../../src/providers/gemini/usage-metadata.ts";
import {
  inputTokens,
  outputTokens,
  TOKEN_KINDS,
  type TokenCounts,
} from "../../../src/usage/tokens.ts";
import { anyTokens, tokensOf } from "../../support/tokens.ts";

/** Counts as the API writes them, by either convention for thoughts. */
function metadataOf(tokens: TokenCounts, thoughtsInside: boolean) {
  return {
    promptTokenCount: tokens.input + tokens.cachedInput,
    cachedContentTokenCount: tokens.cachedInput,
    toolUsePromptTokenCount: tokens.toolUse,
    candidatesTokenCount: tokens.output + (thoughtsInside ? tokens.thinking : 0),
    thoughtsTokenCount: tokens.thinking,
    totalTokenCount: TOKEN_KINDS.reduce((sum, kind) => sum + tokens[kind], 0),
  };
}

test("what the API counted is what is read, wherever it counts thoughts", () => {
  fc.assert(
    fc.property(anyTokens(1e6), fc.boolean(), (tokens, thoughtsInside) => {
      expect(readUsageMetadata(metadataOf(tokens, thoughtsInside))).toEqual({
        tokens,
        mismatch: false,
        hasUnknownCounts: false,
      });
    }),
  );
});

test("the kinds sum to the total, or the reading is flagged", () => {
  const count = fc.option(fc.nat({ max: 50 }), { nil: undefined });
  const usage = fc.record({
    promptTokenCount: count,
    cachedContentTokenCount: count,
    toolUsePromptTokenCount: count,
    candidatesTokenCount: count,
    thoughtsTokenCount: count,
    totalTokenCount: fc.nat({ max: 200 }),
  });
  fc.assert(
    fc.property(usage, (counts) => {
      const reading = readUsageMetadata(counts);
      fc.pre(reading !== undefined);
      const sum = inputTokens(reading.tokens) + outputTokens(reading.tokens);
      expect(sum === counts.totalTokenCount || reading.mismatch).toBe(true);
    }),
    { numRuns: 1_000 },
  );
});

test("the order of fields and of details makes no difference", () => {
  const details = fc.array(
    fc.record({
      modality: fc.constantFrom("TEXT", "IMAGE", "AUDIO", "VIDEO", "DOCUMENT"),
      tokenCount: fc.nat({ max: 20 }),
    }),
  );
  const usage = fc.record({
    promptTokenCount: fc.nat({ max: 100 }),
    cachedContentTokenCount: fc.nat({ max: 50 }),
    candidatesTokenCount: fc.nat({ max: 100 }),
    promptTokensDetails: details,
    cacheTokensDetails: details,
    candidatesTokensDetails: details,
  });
  fc.assert(
    fc.property(usage, (given) => {
      const turned = Object.fromEntries(
        Object.entries(given)
          .toReversed()
          .map(([key, value]) => [key, Array.isArray(value) ? value.toReversed() : value]),
      );
      expect(readUsageMetadata(turned)).toEqual(readUsageMetadata(given));
    }),
  );
});

test("whatever it is given it doesn't throw, and never counts below zero or past a kind's split", () => {
  const fields = Object.keys(metadataOf(tokensOf({}), false));
  const lists = ["promptTokensDetails", "cacheTokensDetails", "candidatesTokensDetails"];
  const odd = fc.oneof(fc.anything(), fc.integer({ min: -5, max: 50 }));
  const oddDetails = fc.array(
    fc.record({ modality: fc.constantFrom("TEXT", "AUDIO", 7), tokenCount: odd }),
  );
  const usage = fc.oneof(
    fc.anything(),
    fc.dictionary(fc.constantFrom(...fields, ...lists), fc.oneof(odd, oddDetails)),
  );
  fc.assert(
    fc.property(usage, (given) => {
      const tokens = readUsageMetadata(given)?.tokens;
      if (tokens === undefined) return;
      for (const kind of TOKEN_KINDS) {
        expect(Number.isSafeInteger(tokens[kind])).toBe(true);
        expect(tokens[kind]).toBeGreaterThanOrEqual(0);
        const split = kind === "thinking" ? {} : (tokens.modalities?.[kind] ?? {});
        const sum = Object.values(split).reduce((all, part) => all + part, 0);
        expect(sum).toBeLessThanOrEqual(tokens[kind]);
      }
    }),
    { numRuns: 2_000 },
  );
});

test("whatever the predictions are, reading them doesn't throw", () => {
  const read = (predictions: unknown) => () => {
    readEmbeddingStatistics(predictions);
    readEmbeddingStatistics([{ embeddings: predictions }]);
  };
  fc.assert(
    fc.property(fc.anything(), (predictions) => {
      expect(read(predictions)).not.toThrow();
    }),
  );
});
