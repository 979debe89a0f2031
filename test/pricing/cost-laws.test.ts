import fc from "fast-check";
import { expect, test } from "vitest";

import { costOf } from "../../src/pricing/cost.ts";
import { GEMINI_PRICES, geminiPriceBook } from "../../src/pricing/gemini-prices.ts";
import { TIERS } from "../../src/pricing/list-price.ts";
import { picodollarsPerToken } from "../../src/pricing/rates.ts";
import { TOKEN_KINDS, type TokenCounts } from "../../src/usage/tokens.ts";
import { pacificMidnight } from "../support/pacific-time.ts";
import { anyTokens, tokensOf } from "../support/tokens.ts";

const BOOK = geminiPriceBook();
const NOON = pacificMidnight("2026-11-24") + 12 * 3_600_000;

const BY_TOKEN = GEMINI_PRICES.filter(({ periods }) => periods.some(({ tiers }) => tiers));
const model = fc.constantFrom(...BY_TOKEN.map(({ id }) => id));
const tier = fc.constantFrom(...TIERS);
const kind = fc.constantFrom(...TOKEN_KINDS);
/** A prompt of two kinds of up to 50,000 each; the sum of two such stays below the 200,000 edge. */
const belowTheEdge = anyTokens(50_000);

function cost(id: string, serviceTier: string, tokens: TokenCounts): bigint {
  const { cost: known } = costOf(BOOK, { model: id, tokens, serviceTier, atMs: NOON });
  if (known === undefined) throw new Error(`${id} has no price on the day of the test`);
  return known;
}

function plus(a: TokenCounts, b: TokenCounts): TokenCounts {
  return {
    input: a.input + b.input,
    cachedInput: a.cachedInput + b.cachedInput,
    toolUse: a.toolUse + b.toolUse,
    output: a.output + b.output,
    thinking: a.thinking + b.thinking,
  };
}

test("below the edge the cost of two calls is the cost of their sum", () => {
  fc.assert(
    fc.property(model, tier, belowTheEdge, belowTheEdge, (id, at, a, b) => {
      expect(cost(id, at, a) + cost(id, at, b)).toBe(cost(id, at, plus(a, b)));
    }),
  );
});

test("a cost is the sum of the costs of its kinds", () => {
  fc.assert(
    fc.property(model, tier, belowTheEdge, (id, at, tokens) => {
      const apart = TOKEN_KINDS.map((one) => cost(id, at, tokensOf({ [one]: tokens[one] })));
      expect(apart.reduce((sum, part) => sum + part, 0n)).toBe(cost(id, at, tokens));
    }),
  );
});

test("one more token never costs less, also across the edge", () => {
  fc.assert(
    fc.property(model, tier, anyTokens(250_000), kind, (id, at, tokens, more) => {
      const grown = { ...tokens, [more]: tokens[more] + 1 };
      expect(cost(id, at, grown)).toBeGreaterThanOrEqual(cost(id, at, tokens));
    }),
  );
});

test("a cached token never costs more than a fresh one", () => {
  fc.assert(
    fc.property(model, tier, fc.nat({ max: 300_000 }), (id, at, count) => {
      const cached = cost(id, at, tokensOf({ cachedInput: count }));
      expect(cached).toBeLessThanOrEqual(cost(id, at, tokensOf({ input: count })));
    }),
  );
});

test("a cost can be computed again from what its row holds", () => {
  fc.assert(
    fc.property(model, anyTokens(300_000), (id, tokens) => {
      const { cost: posted, priceVersion } = costOf(BOOK, { model: id, tokens, atMs: NOON });
      const [, name, from, tierName, above] =
        /^2026-11-24\/(.+)@(start|[\d-]+)\/(\w+)(\/above-200k)?$/.exec(priceVersion ?? "") ?? [];
      const period = GEMINI_PRICES.find((one) => one.id === name)?.periods.find(
        (one) => (one.from ?? "start") === from,
      );
      expect(tierName).toBe("standard");
      const standard = period?.tiers?.standard;
      const prices = above === undefined ? standard : standard?.above200k;
      // Only models of one rate a kind: the others are in the table test of cost.test.ts.
      const { input, output, cacheRead = input } = prices ?? {};
      fc.pre(typeof input === "string" && typeof output === "string");
      fc.pre(typeof cacheRead === "string");
      const fresh = BigInt(tokens.input + tokens.toolUse) * picodollarsPerToken(input);
      const cached = BigInt(tokens.cachedInput) * picodollarsPerToken(cacheRead);
      const out = BigInt(tokens.output + tokens.thinking) * picodollarsPerToken(output);
      expect(fresh + cached + out).toBe(posted);
    }),
  );
});
