import { expect, test } from "vitest";

import { geminiPriceBook } from "../../../src/pricing/gemini-prices.ts";
import { createGeminiProvider } from "../../../src/providers/gemini/provider.ts";
import { anAnswer } from "../../support/answer.ts";
import { aRequest } from "../../support/provider-request.ts";
import { NOON_MS } from "../../support/record.ts";

const PROVIDER = createGeminiProvider({ baseUrls: [], priceBook: geminiPriceBook() });
const MODELS = "https://generativelanguage.googleapis.com/v1beta/models";

/** The items of an answer of `model` with candidates that ended so, and what it costs. */
function billed(model: string, ...reasons: readonly string[]) {
  const operation = PROVIDER.match(aRequest("POST", `${MODELS}/${model}:generateContent`))!;
  const candidates = reasons.map((finishReason) => ({ finishReason }));
  const usageMetadata = { promptTokenCount: 100, candidatesTokenCount: 750, totalTokenCount: 850 };
  const facts = operation.read(anAnswer([{ candidates, usageMetadata, modelVersion: model }]));
  const end = { httpStatusCode: 200, neverSent: false, usageStatus: "final" } as const;
  const { items, cost, priceStatus } = operation.price({ facts, ...end, startedAtMs: NOON_MS });
  return [items.map(({ kind, quantity }) => `${quantity} ${kind}`).join(), cost, priceStatus];
}

test.each([
  [["STOP"], ["1 song", 80_000_000_000n, "priced"]], // $0.08, whatever tokens it counts
  [
    ["STOP", "STOP"],
    ["2 song", 160_000_000_000n, "priced"],
  ],
  [
    ["SAFETY", "STOP"],
    ["1 song", 80_000_000_000n, "priced"],
  ],
  [["SAFETY"], ["", undefined, "unpriced"]], // nobody says what one that was withheld costs
  [[], ["", undefined, "unpriced"]], // it doesn't say how it ended
])("Lyria is billed for each song that came to its end: %j", (reasons, bill) => {
  expect(billed("lyria-3-pro-preview", ...reasons)).toEqual(bill);
});

test("no other model makes songs", () => {
  // 100 × $0.30/M + 750 × $2.50/M
  expect(billed("gemini-2.5-flash", "STOP")).toEqual(["", 1_905_000_000n, "priced"]);
});
