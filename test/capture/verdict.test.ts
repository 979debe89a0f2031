import { expect, test } from "vitest";

import { type CallEnd, usageStatusOf, verdictOf } from "../../src/capture/verdict.ts";
import type { ResponseFacts } from "../../src/providers/operation.ts";
import { tokensOf } from "../support/tokens.ts";

function verdict(end: Partial<CallEnd>, facts: ResponseFacts = {}, streaming = false) {
  return verdictOf(
    {
      httpStatusCode: 200,
      failure: undefined,
      appLeft: false,
      bodyComplete: true,
      interrupted: false,
      ...end,
    },
    facts,
    streaming,
  );
}

const FAILED = {
  status: "error",
  errorType: "UND_ERR_SOCKET",
  message: "terminated",
  neverSent: false,
} as const;

test.each([
  ["an answer read to its end succeeds", {}, {}, "success", undefined],
  ["an HTTP error is one, named by its code", { httpStatusCode: 429 }, {}, "error", "429"],
  [
    "an HTTP error is named by the provider's word for it",
    { httpStatusCode: 429 },
    { error: { type: "RESOURCE_EXHAUSTED", message: "slow down" } },
    "error",
    "RESOURCE_EXHAUSTED",
  ],
  ["504 is a timeout", { httpStatusCode: 504 }, {}, "timeout", "504"],
  [
    "an error event in a good answer is an error",
    {},
    { error: { type: "INTERNAL", message: "" } },
    "error",
    "INTERNAL",
  ],
  [
    "a cut body is an error",
    { bodyComplete: false, failure: FAILED },
    {},
    "error",
    "UND_ERR_SOCKET",
  ],
  [
    "a broken-off body is cancelled",
    { bodyComplete: false, appLeft: true },
    {},
    "cancelled",
    "abandoned",
  ],
  ["a body read on without the app is cancelled", { appLeft: true }, {}, "cancelled", "abandoned"],
  ["withheld content is blocked", {}, { blockReason: "SAFETY" }, "blocked", "SAFETY"],
  [
    "a call that the process outran is unknown",
    { bodyComplete: false, interrupted: true },
    {},
    "unknown",
    "process_ended",
  ],
] as const)("%s", (_title, end, facts, status, errorType) => {
  expect(verdict(end, facts)).toMatchObject({ status, errorType });
});

test("usage is final when the body was read to its end", () => {
  expect(verdict({}).complete).toBe(true);
  expect(verdict({ appLeft: true }, { finishReasons: ["STOP"] }, true).complete).toBe(true);
});

test("usage is not final when the body broke off", () => {
  expect(verdict({ bodyComplete: false }).complete).toBe(false);
  expect(verdict({ failure: FAILED, bodyComplete: false }).complete).toBe(false);
});

test("a stream without a finish reason was cut by the server", () => {
  expect(verdict({}, {}, true).complete).toBe(false);
  expect(verdict({}, { finishReasons: ["STOP"] }, true).complete).toBe(true);
  expect(verdict({}, { blockReason: "SAFETY" }, true).complete).toBe(true);
});

const COUNTED: ResponseFacts = { tokens: tokensOf({ input: 1 }) };

test.each<[string, Partial<CallEnd>, ResponseFacts, string]>([
  ["the provider's last word is final", {}, COUNTED, "final"],
  ["so are items without tokens", {}, { items: [{ kind: "image", quantity: 1 }] }, "final"],
  ["an answer that counts nothing misses it", {}, { items: [] }, "missing"],
  ["a body that broke off may lack the last", { bodyComplete: false }, COUNTED, "partial"],
  [
    "so may one that was ended by an error",
    {},
    { ...COUNTED, error: { type: "INTERNAL", message: "" } },
    "partial",
  ],
  ["parts that don't sum are a mismatch", {}, { ...COUNTED, tokensMismatch: true }, "mismatch"],
  ["unknown kinds are uncounted", {}, { ...COUNTED, hasUncountedItems: true }, "uncounted"],
])("of usage: %s", (_title, end, facts, usageStatus) => {
  expect(usageStatusOf(facts, verdict(end, facts))).toBe(usageStatus);
});
