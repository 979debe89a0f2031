/** Our list prices beside those of `@pydantic/genai-prices`, which others read from the same pages. */
import { calcPrice } from "@pydantic/genai-prices";
import { expect, test } from "vitest";

import { parseTimestamp } from "../../src/base/clock.ts";
import type { Price } from "../../src/pricing/dated-prices.ts";
import { GEMINI_PRICES, geminiPriceBook } from "../../src/pricing/gemini-prices.ts";
import { picodollarsPerToken } from "../../src/pricing/rates.ts";
import { MODALITIES } from "../../src/usage/tokens.ts";

const PREFIX =
  "They price it as gemini-3.8-flash, whose name it begins with; G2 has its own rates.";

/** Rates that differ, and why ours stands. An entry that no longer differs has to go. */
const KNOWN_DISAGREEMENTS: Readonly<Record<string, string>> = {
  "gemini-3.8-flash-tts input": PREFIX,
  "gemini-3.8-flash-tts output": PREFIX,
  "gemini-3.8-flash-lite-tts input": PREFIX,
  "gemini-3.8-flash-lite-tts output": PREFIX,
};

/**
 * Today, and both sides of the days on which prices change. Noon in California: their days begin at
 * midnight UTC, eight hours before ours.
 */
const MOMENTS = ["2026-11-24", "2026-11-30", "2026-12-01", "2026-12-31", "2027-01-01"].map(
  (day) => `${day}T20:00:00Z`,
);
const PROMPTS = [200_000, 200_001];
const NAMES = GEMINI_PRICES.flatMap(({ id, aliases = [] }) => [id, ...aliases]);
const RATE = /^(input|output|cache)(?:_(\w+?))?(?:_read)?_mtok$/;

/** One rate at one moment, as both know it. */
interface Pair {
  readonly rate: string;
  readonly ours: bigint;
  readonly theirs: bigint;
}

const BOOK = geminiPriceBook();
const PAIRS: readonly Pair[] = MOMENTS.flatMap((moment) =>
  NAMES.flatMap((name) => PROMPTS.flatMap((promptTokens) => pairsOf(name, moment, promptTokens))),
);

function pairsOf(model: string, moment: string, promptTokens: number): readonly Pair[] {
  const ours = BOOK.priceAt({
    model,
    platform: "gemini_api",
    tier: "standard",
    promptTokens,
    atMs: parseTimestamp(moment),
  });
  const usage = { input_tokens: 1, output_tokens: 1 };
  const theirs = calcPrice(usage, model, { providerId: "google", timestamp: new Date(moment) });
  if (ours === undefined || theirs === null) return [];
  return Object.entries(theirs.model_price).flatMap(([key, price]) => {
    const [, kind = "", modality] = RATE.exec(key) ?? [];
    const known = rateOf(ours, kind, modality);
    if (known === undefined || price === undefined) return [];
    const rate = [model, kind, ...(modality === undefined ? [] : [modality])].join(" ");
    return [{ rate, ours: known, theirs: picodollarsOf(price, promptTokens) }];
  });
}

/** Undefined for a rate that no source prints. */
function rateOf({ rates }: Price, kind: string, modality: string | undefined): bigint | undefined {
  const byKind = new Map([
    ["input", rates?.input],
    ["output", rates?.output],
    ["cache", rates?.cacheRead],
  ]);
  const rate = byKind.get(kind);
  if (rate === undefined || rate.derived) return undefined;
  if (modality === undefined) return rate.standard;
  const named = MODALITIES.find((each) => each === modality);
  return named && rate.byModality[named];
}

type TheirPrice = NonNullable<ReturnType<typeof calcPrice>>["model_price"][string];

function picodollarsOf(price: NonNullable<TheirPrice>, promptTokens: number): bigint {
  if (typeof price === "number") return picodollarsPerToken(String(price));
  const tier = price.tiers.findLast(({ start }) => promptTokens > start);
  return picodollarsPerToken(String(tier?.price ?? price.base));
}

test("a rate that both books know is the same in both, unless it is listed with its reason", () => {
  const disagreeing = PAIRS.filter(({ ours, theirs }) => ours !== theirs).map(({ rate }) => rate);
  expect([...new Set(disagreeing)].toSorted()).toEqual(Object.keys(KNOWN_DISAGREEMENTS).toSorted());
});

test("both books know enough for that to mean something", () => {
  const rates = new Set(PAIRS.map(({ rate }) => rate));
  expect(rates.size).toBeGreaterThan(100);
  expect([...rates]).toEqual(
    expect.arrayContaining(["gemini-3.8-flash output", "gemini-2.5-flash cache audio"]),
  );
  // A price that is about to change, at moments on both sides of the change.
  const flash = PAIRS.filter(({ rate }) => rate === "gemini-3.8-flash input");
  expect(new Set(flash.map(({ theirs }) => theirs))).toEqual(new Set([750_000n, 1_500_000n]));
});

test("a rate that both books know is right on both sides of 200,000 tokens", () => {
  const pro = PAIRS.filter(({ rate }) => rate === "gemini-2.5-pro output");
  expect(new Set(pro.map(({ theirs }) => theirs))).toEqual(new Set([10_000_000n, 15_000_000n]));
});
