import { expect, test } from "vitest";

import { GEMINI_PRICES } from "../../src/pricing/gemini-prices.ts";
import { familyOf, findModel, modelIdOf, withoutVersion } from "../../src/pricing/model-id.ts";

test.each([
  ["gemini-2.5-flash", "gemini-2.5-flash"],
  ["Gemini-2.5-Flash", "gemini-2.5-flash"],
  ["models/gemini-2.5-flash", "gemini-2.5-flash"],
  ["publishers/google/models/gemini-2.5-flash", "gemini-2.5-flash"],
  ["projects/p/locations/global/publishers/google/models/gemini-2.5-flash", "gemini-2.5-flash"],
  ["tunedModels/gemini-2.5-flash", "tunedmodels/gemini-2.5-flash"], // another model, at another price
  ["publishers/acme/models/gemini-2.5-flash", "publishers/acme/models/gemini-2.5-flash"],
])("%s is %s", (name, id) => {
  expect(modelIdOf(name)).toBe(id);
});

test.each([
  ["gemini-2.5-flash-001", "gemini-2.5-flash"],
  ["gemini-2.5-flash-preview-05-20", "gemini-2.5-flash"],
  ["gemini-2.5-flash-09-2025", "gemini-2.5-flash"],
  ["gemini-2.5-flash", undefined],
  ["gemini-2.5-flash-lite", undefined],
  ["gemini-2.5-flash-tts", undefined],
  ["gemini-2.5-flash-1", undefined],
  ["gemini-2.5-flash-preview", undefined],
  ["gemini-2.5-flash-preview-13-20", undefined], // no such month
  ["gemini-flash-latest", undefined],
])("%s is a frozen version of %s", (id, stem) => {
  expect(withoutVersion(id)).toBe(stem);
});

test("a model is found by its own name before that of another, and never by a beginning", () => {
  const model = (id: string, rest: object = {}) => ({ id, platforms: [], periods: [], ...rest });
  const models = [
    model("pattern", { patterns: [/^flash/] }),
    model("flash", { aliases: ["swift"] }),
    model("nano-001"),
    model("nano"),
  ];
  const found = (name: string) => findModel(models, name)?.id;
  expect(["flash", "swift", "flash-001", "nano", "nano-001", "nano-002"].map(found)).toEqual([
    "flash",
    "flash",
    "pattern", // before a frozen version of flash
    "nano",
    "nano-001", // a model of that name
    "nano", // a frozen version
  ]);
  expect(["nano-x", "swift-001", ""].map(found)).toEqual([undefined, undefined, undefined]);
});

test.each([
  ["gemini-2.5-pro-ultra", ["gemini-2.5-pro", "gemini-2.5-pro-preview-tts"]],
  [
    "gemini-3.8-pro",
    ["gemini-3.8-flash", "gemini-3.8-flash-tts", "gemini-3.8-flash-lite-tts", "gemini-3.8-live"],
  ],
  ["gemini-nano", ["gemini-nano-banana-2.1"]],
  ["gemini", []],
  ["gpt-5", []],
])("names spelt like %s are %s", (name, ids) => {
  expect(familyOf(GEMINI_PRICES, name)).toEqual(ids);
});
