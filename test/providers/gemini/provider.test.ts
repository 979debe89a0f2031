import { expect, test } from "vitest";

import { toUsdString } from "../../../src/base/money.ts";
import { geminiPriceBook } from "../../../src/pricing/gemini-prices.ts";
import { createGeminiProvider } from "../../../src/providers/gemini/provider.ts";
import type { Operation, Outcome, ResponseFacts } from "../../../src/providers/operation.ts";
import { anAnswer } from "../../support/answer.ts";
import { pacificMidnight } from "../../support/pacific-time.ts";
import { aRequest } from "../../support/provider-request.ts";
import { tokensOf } from "../../support/tokens.ts";

const NOON = pacificMidnight("2026-11-24") + 12 * 3_600_000;
const PROVIDER = createGeminiProvider({
  baseUrls: ["http://127.0.0.1:8080"],
  priceBook: geminiPriceBook(),
});
const DEVELOPER = "https://generativelanguage.googleapis.com/v1beta/models";
const VERTEX =
  "https://us-central1-aiplatform.googleapis.com/v1/projects/p/locations/us-central1/publishers/google/models";

function operationAt(url: string): Operation {
  const operation = PROVIDER.match(aRequest("POST", url));
  if (operation === undefined) throw new Error(`${url} is not recognised`);
  return operation;
}

/** A million input tokens answered by 3.8 Flash, whole: $0.75. */
const FACTS: ResponseFacts = {
  model: "gemini-3.8-flash",
  tokens: tokensOf({ input: 1_000_000 }),
  tokensMismatch: false,
};

/** `"0.75 priced"`: the cost in dollars and its status. */
function priceOf(
  outcome: Partial<Outcome>,
  url = `${DEVELOPER}/gemini-flash-latest:generateContent`,
) {
  const { cost, priceStatus } = operationAt(url).price({
    facts: FACTS,
    httpStatusCode: 200,
    neverSent: false,
    usageStatus: "final",
    startedAtMs: NOON,
    ...outcome,
  });
  return `${cost === undefined ? "unknown" : toUsdString(cost)} ${priceStatus}`;
}

test("describes a call to the Gemini API", () => {
  const operation = operationAt(
    `${DEVELOPER}/gemini-2.5-flash:streamGenerateContent?alt=sse&key=x`,
  );
  expect(operation).toMatchObject({
    provider: "google_ai",
    platform: "gemini_api",
    genAiProvider: "gcp.gemini",
    genAiOperation: "generate_content",
    name: "streamGenerateContent",
    requestedModel: "gemini-2.5-flash",
    streaming: true,
    billed: true,
    serverAddress: "generativelanguage.googleapis.com",
    serverPort: 443,
  });
});

test("describes a call to Vertex AI", () => {
  expect(operationAt(`${VERTEX}/gemini-embedding-001:predict`)).toMatchObject({
    provider: "google_ai",
    platform: "vertex_ai",
    genAiProvider: "gcp.vertex_ai",
    genAiOperation: "embeddings",
    name: "predict",
    requestedModel: "gemini-embedding-001",
    streaming: false,
    billed: true,
  });
});

test.each([
  ["gemini-2.5-flash:generateContent", "generate_content", true],
  ["gemini-embedding-2:embedContent", "embeddings", true],
  ["gemini-embedding-2:batchEmbedContents", "embeddings", true],
  ["imagen-4.0-generate-001:predict", "predict", true],
  ["gemini-2.5-flash:batchGenerateContent", "batch_generate_content", true],
  ["gemini-2.5-flash:countTokens", "count_tokens", false],
  ["gemini-2.5-flash:computeTokens", "compute_tokens", false],
  ["veo-3.1:fetchPredictOperation", "fetch_predict_operation", false],
])("%s is the operation %s, billed: %s", (call, genAiOperation, billed) => {
  expect(operationAt(`${DEVELOPER}/${call}`)).toMatchObject({ genAiOperation, billed });
});

test("the body of a free call is not read", () => {
  const { members } = operationAt(`${DEVELOPER}/gemini-2.5-flash:countTokens`);
  expect(members).toEqual({ sparse: [], common: [] });
});

test("only a POST calls a model, in whatever case it is written", () => {
  const url = `${DEVELOPER}/gemini-2.5-flash:generateContent`;
  expect(PROVIDER.match(aRequest("post", url))).toBeDefined();
  expect(PROVIDER.match(aRequest("GET", url))).toBeUndefined();
});

test.each([
  ["https://generativelanguage.googleapis.com/v1/models", true],
  ["https://aiplatform.googleapis.com/v1/x", true],
  ["https://aiplatform.us.rep.googleapis.com/v1/x", true],
  ["http://127.0.0.1:8080/v1/models/m:generateContent", true],
  ["https://storage.googleapis.com/bucket", false],
  ["https://api.example.com/v1?u=generativelanguage.googleapis.com", false],
])("whether %s may be a call to Gemini: %s", (url, may) => {
  expect(PROVIDER.mayMatch(url)).toBe(may);
});

test.each<[string, Partial<Outcome>, string]>([
  ["answered whole", {}, "0.75 priced"],
  ["answered by an error", { httpStatusCode: 429, facts: {} }, "0 free"],
  ["failed on Google's side", { httpStatusCode: 500, facts: {} }, "0 free"],
  ["never sent", { httpStatusCode: undefined, neverSent: true, facts: {} }, "0 free"],
  ["sent, and never answered", { httpStatusCode: undefined, facts: {} }, "unknown unpriced"],
  ["answered without usage", { facts: { model: "gemini-3.8-flash" } }, "unknown unpriced"],
  ["broken off after some usage was seen", { usageStatus: "partial" }, "0.75 partial"],
  ["broken off before any was seen", { usageStatus: "partial", facts: {} }, "unknown unpriced"],
  ["answered with usage of an unknown kind", { usageStatus: "uncounted" }, "0.75 partial"],
  ["counted in parts that don't sum", { usageStatus: "mismatch" }, "0.75 partial"],
  [
    "refused its prompt, which is billed",
    { facts: { ...FACTS, blockReason: "PROHIBITED_CONTENT" } },
    "0.75 priced",
  ],
  ["served at tier flex", { facts: { ...FACTS, serviceTier: "flex" } }, "0.375 priced"],
  [
    "served by throughput paid for in advance",
    { facts: { ...FACTS, serviceTier: "provisioned_throughput" } },
    "unknown unpriced",
  ],
  ["made in 2027", { startedAtMs: pacificMidnight("2027-01-01") }, "1.5 priced"],
])("a call that was %s costs %s", (_what, outcome, shown) => {
  expect(priceOf(outcome)).toBe(shown);
});

test("the model that answered sets the price, not the one that was asked for", () => {
  // 2.5 Pro is answered by 3.8 Flash: $0.75, not $1.25
  expect(priceOf({}, `${DEVELOPER}/gemini-2.5-pro:generateContent`)).toBe("0.75 priced");
});

test.each([
  ["gemini-embedding-001:embedContent", "0.15 priced"], // embeddings never say their model
  ["gemini-flash-latest:generateContent", "unknown unpriced"], // might be any of several
  ["gemini-2.5-flash:rawPredict", "0.3 priced"],
])("where the answer names no model, %s costs %s", (call, shown) => {
  const facts = { tokens: tokensOf({ input: 1_000_000 }) };
  expect(priceOf({ facts }, `${DEVELOPER}/${call}`)).toBe(shown);
});

test("a price of Vertex AI's own holds for calls to it", () => {
  const facts = { ...FACTS, model: "gemini-2.0-flash" };
  expect(priceOf({ facts }, `${VERTEX}/gemini-2.0-flash:generateContent`)).toBe("0.15 priced");
  expect(priceOf({ facts })).toBe("0.1 priced");
});

test("an answer is read and priced from end to end", () => {
  const operation = operationAt(`${DEVELOPER}/gemini-2.5-flash:generateContent`);
  const body = {
    candidates: [{ content: { parts: [{ text: "hi" }] }, finishReason: "STOP" }],
    usageMetadata: {
      promptTokenCount: 1_041,
      candidatesTokenCount: 902,
      thoughtsTokenCount: 2_191,
      toolUsePromptTokenCount: 377_545,
      totalTokenCount: 381_679,
    },
    modelVersion: "gemini-2.5-flash",
  };
  const facts = operation.read(anAnswer([body]));
  expect(
    operation.price({
      facts,
      httpStatusCode: 200,
      neverSent: false,
      usageStatus: "final",
      startedAtMs: NOON,
    }),
  ).toEqual({
    cost: 121_308_300_000n, // $0.1213083
    priceStatus: "priced",
    priceVersion: "2026-11-24/gemini-2.5-flash@start/standard",
    items: [],
  });
});
