import { expect, test } from "vitest";

import { toUsdString } from "../../../src/base/money.ts";
import { geminiPriceBook } from "../../../src/pricing/gemini-prices.ts";
import { createGeminiProvider } from "../../../src/providers/gemini/provider.ts";
import type { Operation, Outcome, ResponseFacts } from "../../../src/providers/operation.ts";
import { anAnswer } from "../../support/answer.ts";
import { aRequest } from "../../support/provider-request.ts";
import { NOON_MS } from "../../support/record.ts";
import { tokensOf } from "../../support/tokens.ts";

const PROVIDER = createGeminiProvider({ baseUrls: [], priceBook: geminiPriceBook() });
const DEVELOPER = "https://generativelanguage.googleapis.com/v1beta";
const VERTEX =
  "https://us-central1-aiplatform.googleapis.com/v1/projects/p/locations/us-central1/batchPredictionJobs";
const NAME = "batches/abc";

function operationAt(method: string, url: string, body?: string): Operation {
  const operation = PROVIDER.match(aRequest(method, url, body === undefined ? {} : { body }));
  if (operation === undefined) throw new Error(`${method} ${url} is not recognised`);
  return operation;
}

function priceOf(operation: Operation, facts: ResponseFacts, outcome: Partial<Outcome> = {}) {
  const { cost, priceStatus } = operation.price({
    facts,
    httpStatusCode: 200,
    neverSent: false,
    usageStatus: "final",
    startedAtMs: NOON_MS,
    ...outcome,
  });
  return `${cost === undefined ? "unknown" : toUsdString(cost)} ${priceStatus}`;
}

/** What a look at the batch says of it, as `[key, facts]` of each result. */
function resultsOf(batch: object, url = `${DEVELOPER}/${NAME}`) {
  const { resource } = operationAt("GET", url).read(anAnswer([batch]));
  return resource?.event === "collected"
    ? resource.results.map(({ key, facts }) => [key, facts])
    : undefined;
}

const ANSWER = {
  candidates: [{ content: { parts: [{ text: "hidden" }] }, finishReason: "STOP" }],
  usageMetadata: { promptTokenCount: 1_000_000, totalTokenCount: 1_000_000 },
  modelVersion: "gemini-2.5-flash",
};
const FACTS = {
  model: "gemini-2.5-flash",
  tokens: tokensOf({ input: 1_000_000 }),
  tokensMismatch: false,
  finishReasons: ["STOP"],
  serviceTier: "batch",
};
const inlined = (...items: readonly unknown[]) => ({
  inlinedResponses: { inlinedResponses: items },
});

test.each(["batchGenerateContent", "asyncBatchEmbedContent"])(
  "%s hands a batch in, which costs nothing by itself",
  (method) => {
    const operation = operationAt("POST", `${DEVELOPER}/models/gemini-2.5-flash:${method}`);
    expect(operation).toMatchObject({
      name: method,
      requestedModel: "gemini-2.5-flash",
      billed: true,
      streaming: false,
    });
    const facts = operation.read(anAnswer([{ name: NAME, metadata: { state: "any" } }]));
    expect(facts).toEqual({ resource: { name: NAME, event: "submitted" } });
    expect(priceOf(operation, facts)).toBe("0 free");
  },
);

test("a submission that failed is free, and one that may have worked is of unknown cost", () => {
  const operation = operationAt("POST", `${DEVELOPER}/models/m:batchGenerateContent`);
  const refused = operation.read(
    anAnswer([{ error: { code: 429, status: "RESOURCE_EXHAUSTED" } }]),
  );
  expect(refused.error?.type).toBe("RESOURCE_EXHAUSTED");
  expect(priceOf(operation, refused, { httpStatusCode: 429 })).toBe("0 free");
  expect(priceOf(operation, {}, { httpStatusCode: undefined, neverSent: true })).toBe("0 free");
  expect(priceOf(operation, {}, { httpStatusCode: undefined })).toBe("unknown unpriced");
  expect(priceOf(operation, {})).toBe("unknown unpriced");
});

test("a batch that runs has no results yet", () => {
  const metadata = { state: "BATCH_STATE_RUNNING" };
  expect(resultsOf({ name: NAME, metadata })).toBeUndefined();
});

test.each([
  ["response", { response: inlined({ response: ANSWER }, { response: ANSWER }) }],
  ["metadata", { metadata: { output: inlined({ response: ANSWER }, { response: ANSWER }) } }],
])("a batch that is done shows each result by its place, in its %s", (_where, shown) => {
  expect(resultsOf({ name: NAME, done: true, ...shown })).toEqual([
    ["0", FACTS],
    ["1", FACTS],
  ]);
});

test("a result is priced at the batch rate, whatever tier its answer names", () => {
  const answer = { ...ANSWER, usageMetadata: { ...ANSWER.usageMetadata, serviceTier: "standard" } };
  const results = resultsOf({ name: NAME, done: true, response: inlined({ response: answer }) });
  expect(results).toEqual([["0", FACTS]]);
  // 1,000,000 × $0.15/M, half of $0.30/M
  expect(priceOf(operationAt("GET", `${DEVELOPER}/${NAME}`), FACTS)).toBe("0.15 priced");
});

test("a result that is an error is free, and one without usage is of unknown cost", () => {
  const operation = operationAt("GET", `${DEVELOPER}/${NAME}`);
  const items = [{ error: { code: 3, message: "bad" } }, { response: {} }];
  const results = resultsOf({ name: NAME, done: true, response: inlined(...items) }) ?? [];
  expect(results).toEqual([
    ["0", { error: { type: "3", message: "bad" }, serviceTier: "batch" }],
    ["1", { serviceTier: "batch" }],
  ]);
  const prices = [{ error: { type: "3", message: "bad" } }, { model: "gemini-2.5-flash" }];
  expect(prices.map((facts) => priceOf(operation, { ...facts, serviceTier: "batch" }))).toEqual([
    "0 free",
    "unknown unpriced",
  ]);
});

test("embeddings are of the batch's model, and count tokens in either spelling", () => {
  const embedding = { values: [1] };
  const output = {
    inlinedEmbedContentResponses: {
      inlinedResponses: [
        { response: { embedding, usageMetadata: { promptTokenCount: 5 } } },
        { response: { embedding, tokenCount: "7" } },
      ],
    },
  };
  const metadata = { model: "models/gemini-embedding-001", output };
  expect(resultsOf({ name: NAME, done: true, metadata })).toMatchObject([
    ["0", { model: "gemini-embedding-001", tokens: { input: 5 }, serviceTier: "batch" }],
    ["1", { model: "gemini-embedding-001", tokens: { input: 7 }, serviceTier: "batch" }],
  ]);
});

test("the moment of submission is told where the answer has it", () => {
  const metadata = { createTime: "2026-11-24T12:00:00Z", state: "BATCH_STATE_SUCCEEDED" };
  const batch = { name: NAME, metadata, response: inlined({ response: ANSWER }) };
  const { resource } = operationAt("GET", `${DEVELOPER}/${NAME}`).read(anAnswer([batch]));
  expect(resource).toMatchObject({ name: NAME, createdAtMs: NOON_MS });
});

test.each(["FAILED", "CANCELLED", "EXPIRED"])("a batch that %s is free as a whole", (ending) => {
  const metadata = { state: `BATCH_STATE_${ending}` };
  const error = { type: ending, message: "" };
  expect(resultsOf({ name: NAME, done: true, metadata })).toEqual([["job", { error }]]);
});

test("a batch that was cancelled after some requests succeeded stays open: they may be billed", () => {
  const metadata = {
    state: "BATCH_STATE_CANCELLED",
    batchStats: { requestCount: "5", successfulRequestCount: "2" },
  };
  expect(resultsOf({ name: NAME, done: true, metadata })).toBeUndefined();
});

test("an answer too large to be parsed says nothing, though results of it can be salvaged", () => {
  const { members } = operationAt("GET", `${DEVELOPER}/${NAME}`);
  expect([...members.sparse, ...members.common]).toEqual(["name"]);
  expect(resultsOf({ name: "a name in some result" })).toBeUndefined();
});

test("an output file is read by line, and belongs to the batch that it is named after", () => {
  const url = `https://generativelanguage.googleapis.com/download/v1beta/files/batch-abc:download?alt=media`;
  const operation = operationAt("GET", url);
  expect(operation.billed).toBe(false);
  const lines = [
    { key: "same", response: ANSWER },
    { key: "same", error: { code: 13, message: "lost" } },
    { usageMetadata: ANSWER.usageMetadata, modelVersion: "gemini-2.5-flash" }, // salvaged
  ];
  const kept = lines.map((line) => operation.keptOfLine?.(line));
  expect(JSON.stringify(kept)).not.toContain("hidden");
  const { finishReasons: _, ...salvaged } = FACTS;
  expect(operation.read(anAnswer(kept)).resource).toEqual({
    name: NAME,
    event: "collected",
    results: [
      { key: "0", facts: FACTS },
      { key: "1", facts: { error: { type: "13", message: "lost" }, serviceTier: "batch" } },
      { key: "2", facts: salvaged },
    ],
  });
});

test("of a file that broke off nothing is collected", () => {
  const operation = operationAt("GET", `${DEVELOPER}/files/batch-abc:download?alt=media`);
  const answer = { ...anAnswer([{ usageMetadata: ANSWER.usageMetadata }]), complete: false };
  expect(operation.read(answer)).toEqual({});
});

test.each([
  ["POST", `${NAME}:cancel`, "batches.cancel"],
  ["DELETE", NAME, "batches.delete"],
  ["GET", "batches?pageSize=2", "batches.list"],
])("%s %s is seen, and free", (method, path, name) => {
  const operation = operationAt(method, `${DEVELOPER}/${path}`);
  expect(operation).toMatchObject({ name, billed: false, members: { sparse: [], common: [] } });
});

test.each([
  ["GET", "files/abc:download"],
  ["POST", "batches"],
])("%s %s is none of ours", (method, path) => {
  expect(PROVIDER.match(aRequest(method, `${DEVELOPER}/${path}`))).toBeUndefined();
});

test("a job of Vertex AI is handed in with its model in the request", () => {
  const name = "projects/1/locations/us-central1/batchPredictionJobs/2";
  const body = JSON.stringify({
    displayName: "x",
    model: "publishers/google/models/gemini-2.5-pro",
  });
  const operation = operationAt("POST", VERTEX, body);
  expect(operation).toMatchObject({
    name: "batchPredictionJobs.create",
    platform: "vertex_ai",
    requestedModel: "gemini-2.5-pro",
    billed: true,
  });
  expect(operation.read(anAnswer([{ name, state: "JOB_STATE_PENDING" }]))).toEqual({
    resource: { name, event: "submitted" },
  });
});

test("a job of Vertex AI that failed is free; one that succeeded stays open", () => {
  const name = "projects/1/locations/us-central1/batchPredictionJobs/2";
  const error = { code: 3, message: "bad" };
  expect(resultsOf({ name, state: "JOB_STATE_FAILED", error }, `${VERTEX}/2`)).toEqual([
    ["job", { error: { type: "3", message: "bad" } }],
  ]);
  for (const state of ["JOB_STATE_RUNNING", "JOB_STATE_SUCCEEDED", "JOB_STATE_CANCELLING"]) {
    expect(resultsOf({ name, state }, `${VERTEX}/2`)).toBeUndefined();
  }
});
