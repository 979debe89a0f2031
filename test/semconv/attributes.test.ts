import { expect, test } from "vitest";

import {
  clientMetricAttributes,
  endAttributes,
  failureType,
  spanName,
  startAttributes,
} from "../../src/semconv/attributes.ts";
import { STATUSES } from "../../src/usage/record.ts";
import { aCallStart } from "../support/otel.ts";
import { aRecord } from "../support/record.ts";

test("a call to a model is named by its operation and model", () => {
  expect(spanName(aCallStart())).toBe("generate_content gemini-2.5-flash");
});

test("a call whose model is not known is named by its operation alone", () => {
  expect(spanName(aCallStart({ requestedModel: undefined }))).toBe("generate_content");
});

test("a call to no model is named by its provider and endpoint", () => {
  expect(spanName(aWeatherCall())).toBe("openweathermap weather");
});

test("what a sampler may decide by is there from the start, the user not", () => {
  const start = aCallStart({ streaming: true, serverPort: 8443, campaign: "xmas" });
  expect(startAttributes(start)).toEqual({
    "gen_ai.operation.name": "generate_content",
    "gen_ai.provider.name": "gcp.gemini",
    "gen_ai.request.model": "gemini-2.5-flash",
    "gen_ai.request.stream": true,
    "server.address": "generativelanguage.googleapis.com",
    "server.port": 8443,
    "spendspan.provider": "google_ai",
    "spendspan.endpoint": "chat",
    "spendspan.brand": "acme",
    "spendspan.campaign": "xmas",
  });
});

test("a call to no model has no attribute of a generative model", () => {
  expect(startAttributes(aWeatherCall())).toEqual({
    "server.address": "api.openweathermap.org",
    "spendspan.provider": "openweathermap",
    "spendspan.endpoint": "weather",
    "spendspan.brand": "acme",
  });
});

test("a finished call tells its usage with cached input and thinking included, and its cost", () => {
  const record = aRecord({
    model: "gemini-2.5-flash-001",
    tokens: { input: 100, cachedInput: 900, toolUse: 50, output: 200, thinking: 800 },
    cost: 2_532_000_000n,
    timeToFirstChunkMs: 125,
    user: "alice@example.com",
    campaign: "xmas",
  });
  expect(endAttributes(record, { responseId: "r-1", finishReasons: ["STOP"] })).toEqual({
    "gen_ai.response.id": "r-1",
    "gen_ai.response.finish_reasons": ["STOP"],
    "gen_ai.response.model": "gemini-2.5-flash-001",
    // 100 + 900 + 50
    "gen_ai.usage.input_tokens": 1_050,
    // 200 + 800
    "gen_ai.usage.output_tokens": 1_000,
    "gen_ai.usage.cache_read.input_tokens": 900,
    "gen_ai.usage.reasoning.output_tokens": 800,
    "gen_ai.response.time_to_first_chunk": 0.125,
    "http.response.status_code": 200,
    "spendspan.status": "success",
    "spendspan.price.status": "priced",
    "spendspan.cost.usd": 0.002532,
  });
});

test("a failed call has a type of error, but neither usage, cost nor the text of the error", () => {
  const record = aRecord({
    status: "error",
    errorType: "RESOURCE_EXHAUSTED",
    errorMessage: "Quota exceeded for project 1234",
    httpStatusCode: 429,
    tokens: undefined,
    usageStatus: "missing",
    cost: undefined,
    priceStatus: "unpriced",
  });
  expect(endAttributes(record)).toEqual({
    "error.type": "RESOURCE_EXHAUSTED",
    "http.response.status_code": 429,
    "spendspan.status": "error",
    "spendspan.price.status": "unpriced",
  });
});

test("a free call without a record tells only what the answer said", () => {
  expect(endAttributes(undefined, { finishReasons: [], errorType: "429" })).toEqual({
    "error.type": "429",
  });
});

test("a call has failed when it ended in an error or a timeout, and in no other way", () => {
  const failed = STATUSES.filter(
    (status) => failureType(aRecord({ status, errorType: "some_type" })) !== undefined,
  );
  expect(failed).toEqual(["error", "timeout"]);
});

test("a failure without a type is of the type that the conventions set aside for it", () => {
  expect(failureType(aRecord({ status: "error", errorType: undefined }))).toBe("_OTHER");
});

test("attributes of the conventions' metrics hold no tag of ours", () => {
  const record = aRecord({ campaign: "xmas", user: "alice" });
  expect(clientMetricAttributes(aCallStart({ campaign: "xmas" }), record)).toEqual({
    "gen_ai.operation.name": "generate_content",
    "gen_ai.provider.name": "gcp.gemini",
    "gen_ai.request.model": "gemini-2.5-flash",
    "gen_ai.response.model": "gemini-2.5-flash",
    "server.address": "generativelanguage.googleapis.com",
  });
});

function aWeatherCall() {
  return aCallStart({
    genAiProvider: undefined,
    genAiOperation: undefined,
    provider: "openweathermap",
    operation: "weather",
    endpoint: "weather",
    requestedModel: undefined,
    serverAddress: "api.openweathermap.org",
  });
}

test("a second try says how often its request was sent before", () => {
  expect(endAttributes(aRecord({ attempt: 3 }))).toMatchObject({ "http.request.resend_count": 2 });
  expect(endAttributes(aRecord({ attempt: 1 }))).not.toHaveProperty("http.request.resend_count");
});
