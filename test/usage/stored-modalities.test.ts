import fc from "fast-check";
import { expect, test } from "vitest";

import { splitOf, storedModalities } from "../../src/usage/stored-modalities.ts";
import type { TokenCounts } from "../../src/usage/tokens.ts";
import { anyTokens, tokensOf } from "../support/tokens.ts";

test("a kind that is all of one modality is stored by its name, any other by its counts", () => {
  const tokens = tokensOf({
    input: 700,
    cachedInput: 200,
    output: 150,
    modalities: {
      input: { text: 442, image: 258 },
      cachedInput: { text: 200 },
      output: { text: 149 },
    },
  });
  expect(storedModalities(tokens)).toEqual({
    input: { text: 442, image: 258 },
    cached_input: "text",
    output: { text: 149 }, // one token of a modality that nobody named
  });
});

test("whatever split is stored is read as it was", () => {
  fc.assert(
    fc.property(anyTokens(3), fc.option(anySplit(), { nil: undefined }), (counts, modalities) => {
      const tokens = { ...counts, ...(modalities && { modalities }) };
      const stored = storedModalities(tokens);
      expect(stored && splitOf(stored, tokens)).toEqual(tokens.modalities);
    }),
  );
});

/** Of few tokens, so that many of them are all of a kind. */
function anySplit(): fc.Arbitrary<NonNullable<TokenCounts["modalities"]>> {
  const count = fc.nat({ max: 3 });
  const counts = fc.record({ text: count, image: count, audio: count }, { requiredKeys: [] });
  return fc.record(
    { input: counts, cachedInput: counts, toolUse: counts, output: counts },
    { requiredKeys: [] },
  );
}
