import { expect, test } from "vitest";

import { toUsdString } from "../../../src/base/money.ts";
import { geminiPriceBook } from "../../../src/pricing/gemini-prices.ts";
import { createGeminiProvider } from "../../../src/providers/gemini/provider.ts";
import type { Operation, ResponseFacts } from "../../../src/providers/operation.ts";
import { anAnswer } from "../../support/answer.ts";
import { NOON_MS } from "../../support/record.ts";
import { aRequest } from "../../support/provider-request.ts";
import { tokensOf } from "../../support/tokens.ts";

const PROVIDER = createGeminiProvider({ baseUrls: [], priceBook: geminiPriceBook() });
const DEVELOPER = "https://generativelanguage.googleapis.com/v1/interactions";
const VERTEX = "https://aiplatform.googleapis.com/v1beta1/projects/p/locations/global/interactions";

function operationFor(method: string, url: string, init?: RequestInit): Operation {
  const operation = PROVIDER.match(aRequest(method, url, init));
  if (operation === undefined) throw new Error(`${method} ${url} is not recognised`);
  return operation;
}

/** `"0.0008 priced"`: the cost in dollars and its status. */
function priceOf(operation: Operation, facts: ResponseFacts, httpStatusCode = 200): string {
  const outcome = { facts, httpStatusCode, neverSent: false, usageStatus: "final" } as const;
  const { cost, priceStatus } = operation.price({ ...outcome, startedAtMs: NOON_MS });
  return `${cost === undefined ? "unknown" : toUsdString(cost)} ${priceStatus}`;
}

const MODEL = "gemini-2.5-flash";
const USAGE = { total_input_tokens: 1_000, total_output_tokens: 200, total_tokens: 1_200 };
const DONE = { id: "v1_abc", status: "completed", model: MODEL, usage: USAGE };
const RUNNING = { id: "v1_abc", status: "in_progress", model: MODEL };
/** 1 000 × $0.30/M + 200 × $2.50/M */
const COST = "0.0008";

test.each([
  ["POST", "", "interactions.create", true],
  ["GET", "/v1_abc", "interactions.get", false],
  ["POST", "/v1_abc/cancel", "interactions.cancel", false],
  ["DELETE", "/v1_abc", "interactions.delete", false],
])("%s …/interactions%s is %s, billed: %s", (method, path, name, billed) => {
  for (const [url, platform] of [
    [DEVELOPER, "gemini_api"],
    [VERTEX, "vertex_ai"],
  ]) {
    expect(operationFor(method, url + path)).toMatchObject({ name, billed, platform });
  }
});

test.each([
  ["GET", ""],
  ["GET", "/v1_abc/cancel"],
  ["POST", "/v1_abc"],
  ["GET", "/v1_abc/steps"],
])("%s …/interactions%s is passed by", (method, path) => {
  expect(PROVIDER.match(aRequest(method, DEVELOPER + path))).toBeUndefined();
});

test("a body that can be read names the model; the SDK's can't", () => {
  const body = JSON.stringify({ model: `models/${MODEL}`, input: 'It is no "model": "x"' });
  expect(operationFor("POST", DEVELOPER, { body }).requestedModel).toBe(MODEL);
  const request = new Request(DEVELOPER, { method: "POST", body });
  expect(operationFor("POST", DEVELOPER, { body: request.body }).requestedModel).toBeUndefined();
});

test("an interaction is billed by its own answer", () => {
  const operation = operationFor("POST", DEVELOPER);
  const facts = operation.read(anAnswer([DONE], { "x-gemini-service-tier": "Standard" }));
  expect(facts).toMatchObject({
    model: MODEL,
    serviceTier: "standard",
    tokens: tokensOf({ input: 1_000, output: 200 }),
  });
  expect(facts.resource).toBeUndefined();
  expect(priceOf(operation, facts)).toBe(`${COST} priced`);
});

test("a song is billed as such, though it counts no tokens", () => {
  const operation = operationFor("POST", DEVELOPER);
  const song = { id: "v1_abc", status: "completed", model: "lyria-3-pro-preview", outputs: [] };
  expect(priceOf(operation, operation.read(anAnswer([song])))).toBe("0.08 priced");
  const failed = operation.read(anAnswer([{ ...song, status: "failed" }]));
  expect(failed.items).toBeUndefined();
});

test("searches are billed beside the tokens", () => {
  const operation = operationFor("POST", DEVELOPER);
  const grounding_tool_count = [{ type: "google_search", count: 3 }];
  const usage = { ...USAGE, grounding_tool_count };
  const answer = anAnswer([{ ...DONE, model: "gemini-3-flash-preview", usage }]);
  // 1 000 × $0.50/M + 200 × $3/M + 3 × $0.014
  expect(priceOf(operation, operation.read(answer))).toBe("0.0431 priced");
});

test("one made in the background is handed in, and costs nothing yet", () => {
  const operation = operationFor("POST", DEVELOPER);
  const facts = operation.read(anAnswer([{ ...RUNNING, usage: { total_input_tokens: 0 } }]));
  expect(facts).toEqual({
    model: MODEL,
    responseId: "v1_abc",
    resource: { name: "interactions/v1_abc", event: "submitted" },
  });
  expect(priceOf(operation, facts)).toBe("0 free");
});

test("a stream that breaks off is not handed in: it was billed as it went", () => {
  const created = { event_type: "interaction.created", interaction: RUNNING };
  const facts = operationFor("POST", DEVELOPER).read(anAnswer([created]));
  expect(facts.resource).toBeUndefined();
});

test.each([
  ["GET", ""],
  ["POST", "/cancel"],
])("%s …/v1_abc%s collects one that has ended", (method, path) => {
  const operation = operationFor(method, `${DEVELOPER}/v1_abc${path}`);
  const created = { ...DONE, created: "2026-11-24T12:00:00Z" };
  const { tokens, resource } = operation.read(anAnswer([created]));
  expect(tokens).toBeUndefined();
  expect(resource).toEqual({
    name: "interactions/v1_abc",
    event: "collected",
    needsSubmission: true,
    createdAtMs: NOON_MS,
    results: [
      {
        key: "0",
        facts: expect.objectContaining({
          model: MODEL,
          tokens: tokensOf({ input: 1_000, output: 200 }),
        }),
      },
    ],
  });
  const [result] = resource?.event === "collected" ? resource.results : [];
  expect(priceOf(operation, result?.facts ?? {})).toBe(`${COST} priced`);
});

test("a streamed look collects with the last event", () => {
  const operation = operationFor("GET", `${DEVELOPER}/v1_abc?stream=true`, {
    headers: { accept: "text/event-stream" },
  });
  expect(operation.streaming).toBe(true);
  const created = { event_type: "interaction.created", interaction: RUNNING };
  expect(operation.read(anAnswer([created])).resource).toBeUndefined();
  const completed = { event_type: "interaction.completed", interaction: DONE };
  expect(operation.read(anAnswer([created, completed])).resource?.event).toBe("collected");
});

test("one that runs on, or whose showing broke off, is not collected", () => {
  const operation = operationFor("GET", `${DEVELOPER}/v1_abc`);
  expect(operation.read(anAnswer([RUNNING]))).toEqual({});
  expect(operation.read({ ...anAnswer([DONE]), complete: false })).toEqual({});
});

test("one that failed is collected with its error, free unless it tells usage", () => {
  const operation = operationFor("GET", `${DEVELOPER}/v1_abc`);
  const failed = { ...RUNNING, status: "failed", errors: [{ code: "internal", message: "x" }] };
  const { error, resource } = operation.read(anAnswer([failed]));
  expect(error).toBeUndefined();
  const [result] = resource?.event === "collected" ? resource.results : [];
  expect(result?.facts.error).toEqual({ type: "internal", message: "x" });
  expect(priceOf(operation, result?.facts ?? {})).toBe("0 free");
});

test("a look that is refused says why, and collects nothing", () => {
  const error = { code: "not_found", message: "Gone." };
  const facts = operationFor("GET", `${DEVELOPER}/v1_abc`).read({
    ...anAnswer([{ error }]),
    complete: false,
  });
  expect(facts).toEqual({ error: { type: "not_found", message: "Gone." } });
});

test("a creation that is refused is free", () => {
  const operation = operationFor("POST", DEVELOPER);
  const facts = operation.read(anAnswer([{ error: { code: "content_blocked", message: "No." } }]));
  expect(priceOf(operation, facts, 400)).toBe("0 free");
});
