import { expect, test } from "vitest";

import { toUsdString } from "../../../src/base/money.ts";
import { EventStreamScanner } from "../../../src/capture/event-stream.ts";
import { geminiPriceBook } from "../../../src/pricing/gemini-prices.ts";
import { createGeminiProvider } from "../../../src/providers/gemini/provider.ts";
import type { Operation, ResponseFacts } from "../../../src/providers/operation.ts";
import { anAnswer } from "../../support/answer.ts";
import { aRequest } from "../../support/provider-request.ts";
import { NOON_MS } from "../../support/record.ts";
import { tokensOf } from "../../support/tokens.ts";

const PROVIDER = createGeminiProvider({ baseUrls: [], priceBook: geminiPriceBook() });
const DEVELOPER = "https://generativelanguage.googleapis.com/v1beta/openai";
const VERTEX =
  "https://us-central1-aiplatform.googleapis.com/v1/projects/p/locations/us-central1/endpoints/openapi";
const CHAT = `${DEVELOPER}/chat/completions`;

function posted(url: string, body: object = {}): Operation | undefined {
  return PROVIDER.match(aRequest("POST", url, { body: JSON.stringify(body) }));
}

function read(payloads: readonly unknown[], headers = {}): ResponseFacts {
  return posted(CHAT)?.read(anAnswer(payloads, headers)) ?? {};
}

test("describes a chat completion of the Gemini API", () => {
  const body = { model: "models/gemini-2.5-flash", messages: [], stream: true };
  expect(posted(CHAT, body)).toMatchObject({
    provider: "google_ai",
    platform: "gemini_api",
    genAiOperation: "chat",
    name: "chat.completions",
    requestedModel: "gemini-2.5-flash",
    streaming: true,
    billed: true,
  });
});

test("describes one of Vertex AI", () => {
  const body = { model: "google/gemini-2.5-flash" };
  expect(posted(`${VERTEX}/chat/completions`, body)).toMatchObject({
    platform: "vertex_ai",
    name: "chat.completions",
    requestedModel: "gemini-2.5-flash",
    streaming: false,
  });
});

test.each([
  ["embeddings", "embeddings", "embeddings"],
  ["images/generations", "images.generations", "images_generations"],
  ["something/new", "something.new", "something_new"],
])("%s is counted as %s", (path, name, genAiOperation) => {
  expect(posted(`${DEVELOPER}/${path}`)).toMatchObject({ name, genAiOperation, billed: true });
});

test.each(["files", "batches", "batches/batch_1/cancel"])("%s calls no model", (path) => {
  expect(posted(`${DEVELOPER}/${path}`)).toBeUndefined();
});

test("models are listed without a record", () => {
  expect(PROVIDER.match(aRequest("GET", `${DEVELOPER}/models`))).toBeUndefined();
});

const ANSWER = {
  id: "chatcmpl-1",
  object: "chat.completion",
  model: "google/gemini-2.5-flash",
  choices: [{ index: 0, message: { role: "assistant", content: "CANARY" }, finish_reason: "stop" }],
  usage: { prompt_tokens: 1_000, completion_tokens: 200, total_tokens: 1_200 },
};

test("reads model, id, usage and finish reason, and none of the content", () => {
  expect(read([ANSWER])).toEqual({
    model: "gemini-2.5-flash",
    responseId: "chatcmpl-1",
    tokens: tokensOf({ input: 1_000, output: 200 }),
    tokensMismatch: false,
    hasUncountedItems: false,
    finishReasons: ["stop"],
  });
});

test("a completion costs what the same call to the model does", () => {
  const { cost, priceStatus } =
    posted(CHAT)?.price({
      facts: read([ANSWER]),
      httpStatusCode: 200,
      neverSent: false,
      usageStatus: "final",
      startedAtMs: NOON_MS,
    }) ?? {};
  // 1 000 × $0.30/M + 200 × $2.50/M
  expect(toUsdString(cost ?? 0n)).toBe("0.0008");
  expect(priceStatus).toBe("priced");
});

test.each([
  [
    { usage: { extra_properties: { google: { traffic_type: "ON_DEMAND_FLEX" } } } },
    "on_demand_flex",
  ],
  [{ service_tier: "priority" }, "priority"],
  [{ service_tier: "default" }, undefined],
])("of %j the tier is %s", (members, tier) => {
  expect(read([members]).serviceTier).toBe(tier);
});

test("the tier may stand in a header", () => {
  expect(read([ANSWER], { "x-gemini-service-tier": "flex" }).serviceTier).toBe("flex");
});

test("an answer whose every choice was filtered is blocked", () => {
  const filtered = { finish_reason: "content_filter" };
  expect(read([{ choices: [filtered] }]).blockReason).toBe("content_filter");
  expect(read([{ choices: [filtered, { finish_reason: "stop" }] }]).blockReason).toBeUndefined();
});

test("an error is read", () => {
  const error = { code: 404, message: "No such model.", status: "NOT_FOUND" };
  expect(read([{ error }]).error).toEqual({ type: "NOT_FOUND", message: "No such model." });
});

/** What `read` is given of a stream of these chunks, and of the `[DONE]` behind them. */
function streamed(chunks: readonly object[]): readonly unknown[] {
  const { members } = posted(CHAT) ?? { members: { sparse: [], common: [] } };
  const scanner = new EventStreamScanner(members);
  const events = chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join("");
  scanner.push(Buffer.from(`${events}data: [DONE]\n\n`));
  return scanner.payloads();
}

const CHUNK = { id: "chatcmpl-1", model: "gemini-2.5-flash" };
const choice = (finish_reason: string | null) => ({
  choices: [{ index: 0, delta: { content: "CANARY" }, finish_reason }],
});

test("of usage in every chunk the last counts, as Google writes it", () => {
  const chunks = [
    {
      ...CHUNK,
      ...choice(null),
      usage: { prompt_tokens: 9, completion_tokens: 1, total_tokens: 103 },
    },
    {
      ...CHUNK,
      ...choice("length"),
      usage: { prompt_tokens: 9, completion_tokens: 3, total_tokens: 105 },
    },
  ];
  expect(read(streamed(chunks))).toMatchObject({
    model: "gemini-2.5-flash",
    // 105 − 9 − 3
    tokens: tokensOf({ input: 9, output: 3, thinking: 93 }),
    finishReasons: ["length"],
  });
});

test("usage in a chunk of its own is read with the finish reason before it, as OpenAI writes it", () => {
  const usage = { prompt_tokens: 9, completion_tokens: 3, total_tokens: 12 };
  const chunks = [
    { ...CHUNK, ...choice(null), usage: null },
    { ...CHUNK, ...choice("stop"), usage: null },
    { ...CHUNK, choices: [], usage },
  ];
  expect(read(streamed(chunks))).toMatchObject({
    tokens: tokensOf({ input: 9, output: 3 }),
    finishReasons: ["stop"],
  });
});

test("a stream without usage says nothing of it", () => {
  const facts = read(
    streamed([
      { ...CHUNK, ...choice(null) },
      { ...CHUNK, ...choice("stop") },
    ]),
  );
  expect(facts).toEqual({
    model: "gemini-2.5-flash",
    responseId: "chatcmpl-1",
    finishReasons: ["stop"],
  });
});

test.each([null, 7, "x", [], {}, { choices: 3, usage: "x", model: {} }])(
  "%j says nothing",
  (payload) => {
    expect(read([payload])).toEqual({});
  },
);
