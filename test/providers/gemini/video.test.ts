import { expect, test } from "vitest";

import { geminiPriceBook } from "../../../src/pricing/gemini-prices.ts";
import { createGeminiProvider } from "../../../src/providers/gemini/provider.ts";
import type { Operation, ResponseFacts } from "../../../src/providers/operation.ts";
import { anAnswer } from "../../support/answer.ts";
import { aRequest } from "../../support/provider-request.ts";
import { NOON_MS } from "../../support/record.ts";

const PROVIDER = createGeminiProvider({ baseUrls: [], priceBook: geminiPriceBook() });
const MODEL =
  "projects/p/locations/us-central1/publishers/google/models/veo-3.1-fast-generate-preview";
const NAME = `${MODEL}/operations/abc`;
const VERTEX = "https://us-central1-aiplatform.googleapis.com/v1";
const DEVELOPER = "https://generativelanguage.googleapis.com/v1beta";

function operationAt(method: string, url: string, body?: string | ReadableStream): Operation {
  const init = body === undefined ? {} : { body };
  const operation = PROVIDER.match(aRequest(method, url, init));
  if (operation === undefined) throw new Error(`${method} ${url} is not recognised`);
  return operation;
}

function submittedWith(body: object | ReadableStream): ResponseFacts {
  const sent = body instanceof ReadableStream ? body : JSON.stringify(body);
  const operation = operationAt("POST", `${VERTEX}/${MODEL}:predictLongRunning`, sent);
  return operation.read(anAnswer([{ name: NAME }]));
}

const poll = () => operationAt("POST", `${VERTEX}/${MODEL}:fetchPredictOperation`);

/** What a look at the operation says of it. */
function resultsOf(ended: object) {
  const { resource } = poll().read(anAnswer([{ name: NAME, ...ended }]));
  return resource?.event === "collected" ? resource.results : undefined;
}

function priceOf(facts: ResponseFacts) {
  const usageStatus = (facts.items ?? []).length === 0 ? "missing" : "final";
  return poll().price({
    facts,
    httpStatusCode: 200,
    neverSent: false,
    usageStatus,
    startedAtMs: NOON_MS,
  });
}

test("a video is asked for, and what each will be billed for is in the request", () => {
  const parameters = { durationSeconds: 4, resolution: "4K", sampleCount: 2 };
  const facts = submittedWith({ instances: [{ prompt: "x" }], parameters });
  expect(facts).toEqual({
    items: [{ kind: "video_second", quantity: 4, variant: "4k" }],
    resource: { name: NAME, event: "submitted" },
  });
  const operation = operationAt("POST", `${VERTEX}/${MODEL}:predictLongRunning`, "{}");
  expect(operation).toMatchObject({
    name: "predictLongRunning",
    requestedModel: "veo-3.1-fast-generate-preview",
    billed: true,
  });
  const outcome = { httpStatusCode: 200, neverSent: false, startedAtMs: NOON_MS };
  // Kept with the row, so that they are there when the videos are; billed with those.
  expect(operation.price({ ...outcome, facts, usageStatus: "final" })).toMatchObject({
    cost: 0n,
    priceStatus: "free",
    items: [{ kind: "video_second", quantity: 4, variant: "4k", cost: 0n }],
  });
});

test("a request that doesn't say gets eight seconds at 720p", () => {
  const { items } = submittedWith({ instances: [{ prompt: "x" }] });
  expect(items).toEqual([{ kind: "video_second", quantity: 8, variant: "720p" }]);
});

test("what a request doesn't let be known is not guessed", () => {
  const video = { gcsUri: "gs://a/b.mp4" };
  expect(submittedWith({ instances: [{ prompt: "x", video }] }).items).toBeUndefined();
  expect(submittedWith(new ReadableStream()).items).toBeUndefined();
  expect(submittedWith({ parameters: { durationSeconds: "long" } }).items).toBeUndefined();
});

test("a video in the making has no results yet", () => {
  expect(resultsOf({})).toBeUndefined();
  expect(resultsOf({ done: false })).toBeUndefined();
});

test("each video that was made used what its submission named", () => {
  const made = [
    { key: "0", facts: {}, asSubmitted: true },
    { key: "1", facts: {}, asSubmitted: true },
  ];
  const uris = [{ gcsUri: "gs://a/0" }, { gcsUri: "gs://a/1" }];
  expect(resultsOf({ done: true, response: { videos: uris } })).toEqual(made);
  const generateVideoResponse = { generatedSamples: [{ video: {} }, { video: {} }] };
  expect(resultsOf({ done: true, response: { generateVideoResponse } })).toEqual(made);
});

test("a video is priced by the second, at the price of its resolution", () => {
  const priced = priceOf({
    model: "veo-3.1-fast-generate-preview",
    items: [{ kind: "video_second", quantity: 4, variant: "1080p" }],
  });
  // 4 × $0.12
  expect(priced).toMatchObject({ cost: 480_000_000_000n, priceStatus: "priced" });
});

test("a video of which its submission told nothing is of unknown cost", () => {
  const model = "veo-3.1-fast-generate-preview";
  expect(priceOf({ model, items: [] })).toMatchObject({ cost: undefined, priceStatus: "unpriced" });
});

test("videos that were withheld are free, and so is work that failed", () => {
  const withheld = resultsOf({ done: true, response: { raiMediaFilteredCount: 2 } }) ?? [];
  expect(withheld).toEqual([{ key: "job", facts: { blockReason: "MEDIA_FILTERED" } }]);
  const failed = resultsOf({ done: true, error: { code: 13, message: "no" } }) ?? [];
  expect(failed).toEqual([{ key: "job", facts: { error: { type: "13", message: "no" } } }]);
  for (const { facts } of [...withheld, ...failed]) expect(priceOf(facts).priceStatus).toBe("free");
});

test("an operation that ended with neither videos nor a reason is of unknown cost", () => {
  const [result] = resultsOf({ done: true, response: {} }) ?? [];
  expect(priceOf(result?.facts ?? {}).priceStatus).toBe("unpriced");
});

test.each([
  [`${VERTEX}/${NAME}`, "vertex_ai"],
  [`${DEVELOPER}/models/veo-3.1-generate-preview/operations/abc`, "gemini_api"],
])("GET %s looks at a video, free of charge", (url, platform) => {
  const operation = operationAt("GET", url);
  expect(operation).toMatchObject({ name: "operations.get", platform, billed: false });
});

test("an operation on a user's own model is none of ours", () => {
  const url = `${VERTEX}/projects/p/locations/us-central1/models/123/operations/456`;
  expect(PROVIDER.match(aRequest("GET", url))).toBeUndefined();
});
