import { expect, test } from "vitest";

import { modelIdOf, withoutVersion } from "../../src/pricing/model-id.ts";

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
