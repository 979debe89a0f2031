import { expect, test } from "vitest";

import { toUsdString } from "../../../src/base/money.ts";
import { geminiPriceBook } from "../../../src/pricing/gemini-prices.ts";
import { createGeminiProvider } from "../../../src/providers/gemini/provider.ts";
import type { Operation } from "../../../src/providers/operation.ts";
import { anAnswer } from "../../support/answer.ts";
import { aRequest } from "../../support/provider-request.ts";
import { NOON_MS } from "../../support/record.ts";
import { tokensOf } from "../../support/tokens.ts";

const PROVIDER = createGeminiProvider({ baseUrls: [], priceBook: geminiPriceBook() });
const DEVELOPER = "https://generativelanguage.googleapis.com/v1beta/cachedContents";
const VERTEX =
  "https://us-central1-aiplatform.googleapis.com/v1beta1/projects/shop/locations/us-central1/cachedContents";
/** A million tokens, kept from noon for an hour. */
const CONTENT = {
  name: "cachedContents/abc",
  model: "models/gemini-2.5-flash",
  createTime: "2026-11-24T12:00:00Z",
  updateTime: "2026-11-24T12:00:00Z",
  expireTime: "2026-11-24T13:00:00.000000Z",
  usageMetadata: { totalTokenCount: 1_000_000 },
};
const KEPT = {
  name: "cachedContents/abc",
  event: "kept",
  tokens: 1_000_000,
  createdAtMs: NOON_MS,
  untilMs: NOON_MS + 3_600_000,
};

function operationAt(method: string, url: string, body?: object): Operation | undefined {
  const init = body === undefined ? {} : { body: JSON.stringify(body) };
  return PROVIDER.match(aRequest(method, url, init));
}

function creation(): Operation {
  return operationAt("POST", DEVELOPER, { model: "models/gemini-2.5-flash", contents: [] })!;
}

test.each([
  ["POST", "", "create", true],
  ["PATCH", "/abc?updateMask=ttl", "update", false],
  ["DELETE", "/abc", "delete", false],
  ["GET", "/abc", "get", false],
  ["GET", "?pageSize=5", "list", false],
])("%s …/cachedContents%s is known on both platforms", (method, path, verb, billed) => {
  for (const [url, platform] of [
    [DEVELOPER, "gemini_api"],
    [VERTEX, "vertex_ai"],
  ]) {
    expect(operationAt(method, url + path)).toMatchObject({
      name: `cachedContents.${verb}`,
      genAiOperation: `cached_contents.${verb}`,
      platform,
      billed,
      streaming: false,
    });
  }
});

test("other verbs and paths are none of a cache's", () => {
  expect(operationAt("PUT", `${DEVELOPER}/abc`)).toBeUndefined();
  expect(operationAt("POST", `${DEVELOPER}/abc`)).toBeUndefined();
  expect(operationAt("GET", `${DEVELOPER}/abc/more`)).toBeUndefined();
});

test("making a cache is billed for its tokens, and ahead for its storage", () => {
  const operation = creation();
  expect(operation.requestedModel).toBe("gemini-2.5-flash");
  const facts = operation.read(anAnswer([CONTENT]));
  expect(facts).toEqual({
    model: "gemini-2.5-flash",
    tokens: tokensOf({ input: 1_000_000 }),
    items: [{ kind: "cache_token_second", quantity: 3_600_000_000 }],
    resource: KEPT,
  });
  const outcome = { httpStatusCode: 200, neverSent: false, startedAtMs: NOON_MS } as const;
  const { cost, priceStatus } = operation.price({ ...outcome, facts, usageStatus: "final" });
  // 1M × $0.30/M + 1M × 1 h × $1.00/M/h
  expect([toUsdString(cost!), priceStatus]).toEqual(["1.3", "priced"]);
});

test("audio in a cache makes its cost a lower bound, since its tokens are not told apart", () => {
  const usageMetadata = { totalTokenCount: 1_000_000, audioDurationSeconds: 60 };
  const facts = creation().read(anAnswer([{ ...CONTENT, usageMetadata }]));
  expect(facts.hasUncountedItems).toBe(true);
});

test("a cache is known by the end of its name, as Vertex AI's answers number the project", () => {
  const name = "projects/123456/locations/us-central1/cachedContents/abc";
  const model = "projects/shop/locations/us-central1/publishers/google/models/gemini-2.5-flash";
  const update = operationAt("PATCH", `${VERTEX}/abc`)!;
  expect(update.read(anAnswer([{ ...CONTENT, name, model }]))).toEqual({
    model: "gemini-2.5-flash",
    resource: KEPT,
  });
});

test("a change may not say how many tokens it is about", () => {
  const { usageMetadata: _, ...content } = CONTENT;
  const { tokens: __, ...kept } = KEPT;
  const update = operationAt("PATCH", `${DEVELOPER}/abc`)!;
  expect(update.read(anAnswer([content]))).toMatchObject({ resource: kept });
  expect(creation().read(anAnswer([content])).tokens).toBeUndefined();
});

test("a cache is removed by an answer that says nothing, and not by one that failed", () => {
  const removal = operationAt("DELETE", `${DEVELOPER}/abc`)!;
  expect(removal.read(anAnswer([{}]))).toEqual({
    resource: { name: "cachedContents/abc", event: "removed" },
  });
  const error = { code: 404, message: "gone", status: "NOT_FOUND" };
  const failed = { ...anAnswer([{ error }]), complete: false };
  expect(removal.read(failed)).toEqual({ error: { type: "NOT_FOUND", message: "gone" } });
});

test.each([
  ["an answer that broke off", { ...anAnswer([CONTENT]), complete: false }],
  ["an answer without times", anAnswer([{ name: CONTENT.name, usageMetadata: {} }])],
  ["times that are none", anAnswer([{ ...CONTENT, expireTime: "soon" }])],
  ["no answer", anAnswer([])],
  ["no object", anAnswer(["text"])],
])("nothing is read from %s", (_, answer) => {
  expect(creation().read(answer)).toEqual({});
});
