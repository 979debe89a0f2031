/**
 * Every field of `usageMetadata`, under every spelling, by every key of a price: a token that is
 * counted anywhere changes the cost by its own rate and no other, or the row says that it can't.
 */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

import {
  type Rate,
  type Tier,
  type TierPrice,
  TIERS,
  type TokenRates,
} from "../../../src/pricing/list-price.ts";
import { PriceBook } from "../../../src/pricing/price-book.ts";
import type { PricedCost } from "../../../src/usage/record.ts";
import { MODALITIES, type Modality } from "../../../src/usage/tokens.ts";
import { pricedAnswer } from "../../support/priced-answer.ts";

type RateKind = keyof TokenRates;
const KINDS = ["input", "cacheRead", "output"] as const;

/**
 * US dollars per million tokens, such that each key of a price stands apart from the others, and so
 * does what a modality costs more than the default.
 */
function usdOf(tier: Tier, isLong: boolean, kind: RateKind, key: Modality | "default"): number {
  const place = (TIERS.indexOf(tier) * 2 + Number(isLong)) * KINDS.length + KINDS.indexOf(kind) + 1;
  const byDefault = 1_000 + place ** 2;
  if (key === "default") return byDefault;
  return byDefault + 1_000 + place + 48 * MODALITIES.indexOf(key); // there are 24 places
}

function ratesOf(tier: Tier, isLong: boolean): TokenRates {
  const rate = (kind: RateKind): Rate => {
    const usd = (key: Modality | "default") => String(usdOf(tier, isLong, kind, key));
    const named = MODALITIES.map((modality) => [modality, usd(modality)]);
    return { default: usd("default"), ...Object.fromEntries(named) };
  };
  return { input: rate("input"), cacheRead: rate("cacheRead"), output: rate("output") };
}

function tierPrice(tier: Tier): TierPrice {
  return { ...ratesOf(tier, false), above200k: ratesOf(tier, true) };
}

const { standard, ...tiers } = {
  standard: tierPrice("standard"),
  batch: tierPrice("batch"),
  flex: tierPrice("flex"),
  priority: tierPrice("priority"),
};
const priceBook = new PriceBook("test", []).with([{ id: "gemini-test", ...standard, tiers }]);

function costOf(usageMetadata: object): PricedCost {
  return pricedAnswer("gemini-test", [{ usageMetadata }], { priceBook });
}

/** How a tier is spelt, by the Gemini API and by Vertex AI. */
const SERVED: readonly (readonly [tier: Tier, usage: object])[] = [
  ["standard", {}],
  ["standard", { serviceTier: "standard" }],
  ["standard", { serviceTier: "SERVICE_TIER_UNSPECIFIED" }],
  ["standard", { trafficType: "ON_DEMAND" }],
  ["batch", { serviceTier: "batch" }],
  ["flex", { serviceTier: "flex" }],
  ["flex", { trafficType: "ON_DEMAND_FLEX" }],
  ["priority", { serviceTier: "PRIORITY" }],
  ["priority", { trafficType: "ON_DEMAND_PRIORITY" }],
];

interface Counted {
  /** What it counts already, before there are more of it. */
  readonly counted: string;
  readonly gains: RateKind;
  /** The kind that the same tokens were counted as before. */
  readonly loses?: RateKind;
}

const COUNTS: Readonly<Record<string, Counted>> = {
  promptTokenCount: { counted: "promptTokenCount", gains: "input" },
  cachedContentTokenCount: {
    counted: "cachedContentTokenCount",
    gains: "cacheRead",
    loses: "input", // a cached token is one of the prompt's
  },
  toolUsePromptTokenCount: { counted: "toolUsePromptTokenCount", gains: "input" },
  candidatesTokenCount: { counted: "candidatesTokenCount", gains: "output" },
  responseTokenCount: { counted: "candidatesTokenCount", gains: "output" },
  thoughtsTokenCount: { counted: "thoughtsTokenCount", gains: "output" },
};
const DETAILS: Readonly<Record<string, RateKind>> = {
  promptTokensDetails: "input",
  promptTokenDetails: "input",
  cacheTokensDetails: "cacheRead",
  cacheTokenDetails: "cacheRead",
  toolUsePromptTokensDetails: "input",
  toolUsePromptTokenDetails: "input",
  candidatesTokensDetails: "output",
  candidatesTokenDetails: "output",
  responseTokensDetails: "output",
  responseTokenDetails: "output",
};
/** They count nothing that no other field does. */
const REPEATING = ["totalTokenCount", "initialPromptTokenCount", "serviceTier", "trafficType"];

const BASE = {
  promptTokenCount: 1_000,
  cachedContentTokenCount: 100,
  toolUsePromptTokenCount: 200,
  candidatesTokenCount: 300,
  thoughtsTokenCount: 400,
};
const MORE = 7;
const MICRO = 1_000_000n; // $1 for a million tokens is that many picodollars a token

describe.each(SERVED)("at the %s tier, told by %o", (tier, served) => {
  describe.each([
    ["a short prompt", false, { ...BASE, ...served }],
    ["a prompt above 200,000 tokens", true, { ...BASE, promptTokenCount: 200_001, ...served }],
  ])("in %s", (_prompt, isLong, base) => {
    const rate = (kind: RateKind, key: Modality | "default" = "default") =>
      BigInt(usdOf(tier, isLong, kind, key)) * MICRO;
    const before = costOf(base).cost!;

    test.each(Object.entries(COUNTS))("a token more in %s costs its rate", (field, how) => {
      const count: number = { ...BASE, ...base }[how.counted as keyof typeof BASE];
      const { cost } = costOf({ ...base, [field]: count + MORE });
      const perToken = rate(how.gains) - (how.loses === undefined ? 0n : rate(how.loses));
      expect(cost! - before).toBe(BigInt(MORE) * perToken);
    });

    test.each(Object.entries(DETAILS))(
      "a token of %s costs that of its modality",
      (field, kind) => {
        for (const modality of MODALITIES) {
          const split = [{ modality: modality.toUpperCase(), tokenCount: MORE }];
          const { cost, priceStatus } = costOf({ ...base, [field]: split });
          expect(cost! - before).toBe(BigInt(MORE) * (rate(kind, modality) - rate(kind)));
          expect(priceStatus).toBe("estimated"); // of what modality the others are isn't told
        }
      },
    );
  });
});

test("the same counts sum to the same cost with their total, and to a lower bound with another", () => {
  const { cost, priceStatus } = costOf(BASE);
  const total = 1_000 + 200 + 300 + 400;
  expect(costOf({ ...BASE, totalTokenCount: total })).toMatchObject({ cost, priceStatus });
  const other = { cost, priceStatus: "partial" };
  expect(costOf({ ...BASE, totalTokenCount: total + 1 })).toMatchObject(other);
});

test.each([
  ["quantumTokenCount", 7],
  ["quantumTokensDetails", [{ modality: "TEXT", tokenCount: 7 }]],
  ["quantum", { tokens: 7 }],
])("what is counted in %s is not known here, and the cost a lower bound", (field, value) => {
  const { cost } = costOf(BASE);
  expect(costOf({ ...BASE, [field]: value })).toMatchObject({ cost, priceStatus: "partial" });
});

test("the tables above have every field that an SDK declares", () => {
  const declared = ["@google/genai/dist/genai", "genai-2/dist/genai", "genai-1/dist/genai"]
    .concat("@google/generative-ai/dist/generative-ai")
    .flatMap((path) => fieldsDeclaredIn(`node_modules/${path}.d.ts`));
  const known = [...Object.keys(COUNTS), ...Object.keys(DETAILS), ...REPEATING];
  expect(declared.length).toBeGreaterThan(50);
  expect(declared.filter((field) => !known.includes(field))).toEqual([]);
});

/** Members of the types of `usageMetadata` in an answer. */
function fieldsDeclaredIn(path: string): readonly string[] {
  const text = readFileSync(path, "utf8");
  const types = text.matchAll(
    /export declare (?:class|interface) (?:GenerateContentResponse)?UsageMetadata \{(?<body>[^}]*)\}/g,
  );
  return [...types].flatMap(({ groups }) =>
    [...(groups?.["body"] ?? "").matchAll(/^ {4}(\w+)\??:/gm)].map(([, field]) => field!),
  );
}
