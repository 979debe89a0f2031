import { expect, test } from "vitest";

import { geminiPriceBook } from "../../src/pricing/gemini-prices.ts";
import type { ModelPrice } from "../../src/pricing/list-price.ts";
import { PriceBook, type PriceQuery } from "../../src/pricing/price-book.ts";
import { pacificMidnight } from "../support/pacific-time.ts";

const NOON = pacificMidnight("2026-11-24") + 12 * 3_600_000;
const GEMINI = geminiPriceBook();

function versionOf(
  query: Partial<PriceQuery> & { model: string },
  book = GEMINI,
): string | undefined {
  return book.priceAt({
    platform: "gemini_api",
    tier: "standard",
    promptTokens: 1,
    atMs: NOON,
    ...query,
  })?.priceVersion;
}

test.each([
  ["gemini-2.5-flash", "gemini-2.5-flash"],
  ["models/Gemini-2.5-Flash", "gemini-2.5-flash"],
  ["publishers/google/models/gemini-2.5-flash", "gemini-2.5-flash"],
  ["gemini-2.5-flash-preview-09-2025", "gemini-2.5-flash"], // alias
  ["gemini-3.1-flash-lite-preview", "gemini-3.1-flash-lite"], // alias
  ["gemini-2.5-pro-preview-06-05", "gemini-2.5-pro"], // pattern
  ["gemma-3-27b-it", "gemma-4"], // pattern
  ["gemini-2.5-flash-001", "gemini-2.5-flash"], // frozen version
  ["gemini-embedding-001", "gemini-embedding-001"], // an id of its own, no version of gemini-embedding
  ["gemini-3.8-flash-tts", "gemini-3.8-flash-tts"],
])("%s is priced as %s", (model, id) => {
  expect(versionOf({ model })).toContain(`/${id}@`);
});

test.each([
  "gemini-3.8-flash-new", // never by a bare prefix
  "gemini-2.5-flash-lite-preview-09-2025-001",
  "gemini-3.1-flash-lite-preview-001", // a version of an alias
  "gemini-flash-latest", // hot-swapped by Google, each of these three
  "gemini-flash-lite-latest",
  "gemini-pro-latest",
  "tunedModels/gemini-2.5-flash",
  "claude-opus",
  "",
  "__proto__",
  "constructor",
])("%j has no price", (model) => {
  expect(versionOf({ model })).toBeUndefined();
});

test.each([
  ["a millisecond before the first day", "2026-10-13", -1, undefined],
  ["on the first day", "2026-10-13", 0, "2026-10-13"],
  ["until the last millisecond", "2026-12-01", -1, "2026-10-13"],
  ["and not on the day named as its end", "2026-12-01", 0, "2026-12-01"],
])("a price holds %s", (_when, day, offsetMs, from) => {
  const version = versionOf({ model: "gemini-4-argon", atMs: pacificMidnight(day) + offsetMs });
  expect(version?.split("@")[1]).toBe(from === undefined ? undefined : `${from}/standard`);
});

test.each([
  [200_000, "2026-11-24/gemini-2.5-pro@start/standard"],
  [200_001, "2026-11-24/gemini-2.5-pro@start/standard/above-200k"],
])("a prompt of %i tokens is priced by %s", (promptTokens, version) => {
  expect(versionOf({ model: "gemini-2.5-pro", promptTokens })).toBe(version);
});

test("a flat model has one price, however long the prompt", () => {
  const version = "2026-11-24/gemini-3.8-flash@2026-09-02/flex";
  expect(versionOf({ model: "gemini-3.8-flash", tier: "flex", promptTokens: 1_000_000 })).toBe(
    version,
  );
});

test("a price of Vertex AI's own holds there and nowhere else", () => {
  const model = "gemini-2.0-flash";
  const own = "2026-11-24/gemini-2.0-flash:vertex_ai@start/standard";
  const general = "2026-11-24/gemini-2.0-flash@start/standard";
  expect(versionOf({ model, platform: "vertex_ai" })).toBe(own);
  expect(versionOf({ model, platform: "gemini_api" })).toBe(general);
  expect(versionOf({ model, platform: undefined })).toBe(general);
});

test("a model has no price on a platform that the book doesn't know it on", () => {
  // Gemma is free on the Gemini API, and billed on Vertex AI.
  expect(versionOf({ model: "gemma-4", platform: "vertex_ai" })).toBeUndefined();
});

test("the same question is answered by the same price, worked out once", () => {
  const query: PriceQuery = {
    model: "gemini-2.5-flash",
    platform: undefined,
    tier: "batch",
    promptTokens: 5,
    atMs: NOON,
  };
  expect(GEMINI.priceAt({ ...query, model: "models/gemini-2.5-flash" })).toBe(
    GEMINI.priceAt(query),
  );
});

test("a stream of made-up model names is not remembered without end", () => {
  let asked = 0;
  const counting: ModelPrice = {
    id: "known",
    platforms: ["gemini_api"],
    periods: [{ tiers: { standard: { input: "1" } }, sources: ["G1"], confidence: "high" }],
    get patterns() {
      asked++;
      return [];
    },
  };
  const book = new PriceBook("test", [counting]);
  const ask = (model: string) => versionOf({ model }, book);

  ask("made-up-0");
  ask("made-up-0");
  expect(asked).toBe(1); // remembered
  for (let n = 1; n <= 1_000; n++) ask(`made-up-${n}`);
  expect(asked).toBe(1_001);
  ask("made-up-0");
  expect(asked).toBe(1_002); // forgotten, and looked for again
  expect(ask("known")).toBe("test/known@start/standard");
});

test("a name longer than any model's is turned away unread", () => {
  expect(versionOf({ model: `gemma-${"x".repeat(300)}` })).toBeUndefined();
});
