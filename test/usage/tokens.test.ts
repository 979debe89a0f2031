import fc from "fast-check";
import { expect, test } from "vitest";

import { inputTokens, outputTokens, TOKEN_KINDS } from "../../src/usage/tokens.ts";
import { anyTokens, tokensOf } from "../support/tokens.ts";

test("what went in includes cached and tool-use tokens", () => {
  expect(inputTokens(tokensOf({ input: 100, cachedInput: 20, toolUse: 3, output: 999 }))).toBe(123);
});

test("what came out includes thinking", () => {
  expect(outputTokens(tokensOf({ input: 999, output: 100, thinking: 23 }))).toBe(123);
});

test("each kind stands in exactly one of the two sums", () => {
  fc.assert(
    fc.property(anyTokens(1e9), (tokens) => {
      const all = TOKEN_KINDS.reduce((sum, kind) => sum + tokens[kind], 0);
      expect(inputTokens(tokens) + outputTokens(tokens)).toBe(all);
    }),
  );
});
