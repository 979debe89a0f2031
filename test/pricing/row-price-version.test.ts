import { expect, test } from "vitest";

import { rowPriceVersion } from "../../src/pricing/row-price-version.ts";

const ROW = { model: "gemini-2.5-pro", serviceTier: "standard" };

test.each([
  ["2026-11-24/gemini-2.5-pro@start/standard", "2026-11-24@start"],
  ["2026-11-24/gemini-2.5-pro@2026-09-02/standard/above-200k", "2026-11-24@2026-09-02/above-200k"],
  ["2026-11-24/gemini-2.5-pro:vertex_ai@start/standard", "2026-11-24:vertex_ai@start"],
  ["user:0a1b2c3d/gemini-2.5-pro@start/standard", "user:0a1b2c3d@start"],
])("%s of a row of that model and tier is %s", (version, short) => {
  expect(rowPriceVersion(version, ROW)).toBe(short);
});

test.each([
  ["another model's", "2026-11-24/gemini-2.5-pro-tts@start/batch"],
  ["a rule's", "rule:weather/current"],
  ["one that only begins like the tier", "2026-11-24/gemini-2.5-flash@start/standard-plus"],
])("the name of %s price stays whole", (_, version) => {
  expect(rowPriceVersion(version, ROW)).toBe(version);
});

test("a row that names neither model nor tier has the whole name", () => {
  const version = "2026-11-24/gemini-2.5-pro@start/standard";
  expect(rowPriceVersion(version, { model: null, serviceTier: undefined })).toBe(version);
});
