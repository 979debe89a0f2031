/** Token counts with the given kinds, and zero of the others. */
import fc from "fast-check";

import type { TokenCounts } from "../../src/usage/tokens.ts";

export function tokensOf(counts: Partial<TokenCounts>): TokenCounts {
  return { input: 0, cachedInput: 0, toolUse: 0, output: 0, thinking: 0, ...counts };
}

/** Counts of up to `max` tokens a kind, for property tests. */
export function anyTokens(max: number): fc.Arbitrary<TokenCounts> {
  const count = fc.nat({ max });
  return fc.record({
    input: count,
    cachedInput: count,
    toolUse: count,
    output: count,
    thinking: count,
  });
}
