import fc from "fast-check";
import { expect, test } from "vitest";

import { readAnswer } from "../../../src/providers/gemini/answer.ts";
import type { ResponseFacts } from "../../../src/providers/operation.ts";
import { anAnswer } from "../../support/answer.ts";
import { tokensOf } from "../../support/tokens.ts";

/** The facts in a body, or in the events of a stream. */
function read(payload: unknown): ResponseFacts {
  return readAnswer(anAnswer(Array.isArray(payload) ? payload : [payload]));
}

/** A whole answer as the Gemini API writes it. */
const ANSWER = {
  candidates: [
    {
      content: { parts: [{ text: "CANARY" }], role: "model" },
      finishReason: "STOP",
      index: 0,
      groundingMetadata: {},
    },
  ],
  usageMetadata: {
    promptTokenCount: 10,
    candidatesTokenCount: 5,
    totalTokenCount: 15,
    serviceTier: "flex",
  },
  modelVersion: "gemini-3.8-flash",
  responseId: "abc123",
};

test("reads model, id, usage, tier and finish reason, and none of the content", () => {
  const facts = read(ANSWER);
  expect(facts).toEqual({
    model: "gemini-3.8-flash",
    responseId: "abc123",
    tokens: tokensOf({ input: 10, output: 5 }),
    tokensMismatch: false,
    serviceTier: "flex",
    finishReasons: ["STOP"],
  });
});

test.each([
  ["trafficType", "ON_DEMAND_PRIORITY", "on_demand_priority"],
  ["trafficType", "PROVISIONED_THROUGHPUT", "provisioned_throughput"],
  ["trafficType", "TRAFFIC_TYPE_UNSPECIFIED", undefined],
  ["serviceTier", "Priority", "priority"],
  ["serviceTier", "unspecified", undefined],
])("a %s of %s is the tier %s", (field, value, tier) => {
  expect(read({ usageMetadata: { [field]: value } }).serviceTier).toBe(tier);
});

test("an answer nested under `response` is read alike (agentgateway#2813)", () => {
  const usageMetadata = {
    promptTokenCount: 30_460,
    candidatesTokenCount: 3,
    thoughtsTokenCount: 87,
    totalTokenCount: 30_550,
  };
  expect(read({ response: { usageMetadata } })).toEqual({
    tokens: tokensOf({ input: 30_460, output: 3, thinking: 87 }),
    tokensMismatch: false,
  });
});

test("members salvaged from a broken answer are read where they stand", () => {
  const { usageMetadata, modelVersion } = ANSWER;
  const groundingMetadata = { webSearchQueries: ["a"] };
  const facts = read({
    usageMetadata,
    modelVersion,
    groundingMetadata,
    finishReason: "SAFETY",
  });
  expect(facts).toMatchObject({
    model: "gemini-3.8-flash",
    finishReasons: ["SAFETY"],
    blockReason: "SAFETY",
    hasUncountedItems: true,
  });
});

test("running totals of a stream: spreading the events leaves the last of each fact", () => {
  const chunk = (candidatesTokenCount: number) => ({
    usageMetadata: {
      promptTokenCount: 10,
      candidatesTokenCount,
      totalTokenCount: 10 + candidatesTokenCount,
    },
    modelVersion: "gemini-3.8-flash",
  });
  const end = { candidates: [{ finishReason: "STOP" }] }; // says nothing of the usage
  const facts = [chunk(1), chunk(4), chunk(9), end].map(read);
  const last: ResponseFacts = {
    model: "gemini-3.8-flash",
    tokens: tokensOf({ input: 10, output: 9 }),
    tokensMismatch: false,
    finishReasons: ["STOP"],
  };
  expect(Object.assign({}, ...facts)).toEqual(last);
  expect(read([chunk(1), chunk(4), chunk(9), end])).toEqual(last); // a stream without alt=sse
});

test.each([
  [["SAFETY"], "SAFETY"],
  [["IMAGE_SAFETY", "PROHIBITED_CONTENT"], "IMAGE_SAFETY"],
  [["SPII"], "SPII"],
  [["STOP"], undefined],
  [["MAX_TOKENS"], undefined],
  [["STOP", "SAFETY"], undefined], // one candidate came through
  [[], undefined],
])("candidates that ended by %j are withheld by %s", (reasons, blockReason) => {
  const candidates = reasons.map((finishReason) => ({ finishReason }));
  expect(read({ candidates }).blockReason).toBe(blockReason);
});

test.each([
  ["PROHIBITED_CONTENT", "PROHIBITED_CONTENT"],
  ["BLOCKED_REASON_UNSPECIFIED", undefined],
])("a prompt refused for %s is blocked by %s", (blockReason, shown) => {
  expect(read({ promptFeedback: { blockReason } }).blockReason).toBe(shown);
});

test("searches are items, counted over candidates and events, here and under `response`", () => {
  const candidate = (...webSearchQueries: string[]) => ({
    groundingMetadata: { webSearchQueries },
  });
  const items = [{ kind: "google_search", quantity: 3 }];
  const whole = { candidates: [candidate("A", "B"), candidate("B", "C")] };
  expect(read(whole)).toEqual({ items });
  expect(read({ response: whole })).toEqual({ items });
  const events = [["A"], ["A", "B"], [], ["C"]].map((queries) => ({
    candidates: [candidate(...queries)],
  }));
  expect(read(events)).toEqual({ items });
});

test("grounding that isn't understood is an uncounted item", () => {
  const groundingMetadata = { moonSearchQueries: ["A"] };
  expect(read({ candidates: [{ groundingMetadata }] })).toEqual({ hasUncountedItems: true });
});

test("searches salvaged from an answer are counted, and there may have been more", () => {
  const found = { items: [{ kind: "google_search", quantity: 2 }], hasUncountedItems: true };
  expect(read({ groundingMetadata: { webSearchQueries: ["A", "B"] } })).toEqual(found);
  // The beginning of the metadata is lost, one of its members is not.
  expect(read({ webSearchQueries: ["A", "B"] })).toEqual(found);
  expect(read({ groundingMetadata: {} })).toEqual({});
});

test("a fact is the same in whichever event of a stream it stands", () => {
  const usageMetadata = { promptTokenCount: 10, totalTokenCount: 10, moonTokenCount: 1 };
  const parts = [
    { usageMetadata },
    { modelVersion: "gemini-3.8-flash" },
    { responseId: "abc" },
    { candidates: [{ finishReason: "STOP" }] },
    { candidates: [{ groundingMetadata: { webSearchQueries: ["A", "B"] } }] },
    { candidates: [{ groundingMetadata: { webSearchQueries: ["B"], imageSearchQueries: ["C"] } }] },
  ];
  const order = fc.shuffledSubarray(parts, { minLength: parts.length });
  const ends = fc.array(fc.nat({ max: parts.length }), { maxLength: 3 });
  fc.assert(
    fc.property(order, ends, (events, cuts) => {
      const borders = [0, ...cuts.toSorted((a, b) => a - b), parts.length];
      const joined = borders.slice(1).map((to, at) => {
        const group = events.slice(borders[at], to);
        const candidates = group.flatMap<object>((one) => one.candidates ?? []);
        return Object.assign({}, ...group, candidates.length === 0 ? {} : { candidates });
      });
      expect(read(joined)).toEqual(read(parts));
    }),
  );
  expect(read(parts)).toMatchObject({
    items: [{ kind: "google_search", quantity: 3 }],
    hasUncountedItems: true,
    finishReasons: ["STOP"],
  });
});

test("reads the images that Vertex AI made", () => {
  const made = { mimeType: "image/png", bytesBase64Encoded: "iVBO" };
  const predictions = [made, made, { raiFilteredReason: "CANARY" }];
  expect(read({ predictions })).toEqual({ items: [{ kind: "image", quantity: 2 }] });
});

test("a count of an unknown kind is an uncounted item", () => {
  const usageMetadata = { promptTokenCount: 1, quantumTokenCount: 2 };
  expect(read({ usageMetadata }).hasUncountedItems).toBe(true);
});

const KEY = "AIzaSyD-CANARY_1234567890abcdefghijklm";

test.each([
  [
    { code: 429, message: "Quota exceeded", status: "RESOURCE_EXHAUSTED" },
    { type: "RESOURCE_EXHAUSTED", message: "Quota exceeded" },
  ],
  [
    { code: 503, message: "Overloaded" },
    { type: "503", message: "Overloaded" },
  ],
  [{ status: `bad ${KEY}` }, { type: "error", message: "" }], // nothing that could be a label
  [
    { code: 400, message: `Key ${KEY} expired` },
    { type: "400", message: "Key [redacted] expired" },
  ],
  [`denied: ${KEY}`, { type: "error", message: "denied: [redacted]" }],
])("reads the error %j, alone, nested and in a list", (error, facts) => {
  expect(read({ error })).toEqual({ error: facts });
  expect(read({ response: { error } })).toEqual({ error: facts });
  expect(read([{ error }])).toEqual({ error: facts });
});

test("reads the tokens of Vertex AI's embeddings", () => {
  const predictions = [{ embeddings: { values: [0.1], statistics: { token_count: 6 } } }];
  expect(read({ predictions, metadata: { billableCharacterCount: 20 } })).toEqual({
    tokens: tokensOf({ input: 6 }),
    tokensMismatch: false,
  });
});

test.each([undefined, null, "", "<html>", 7, [], {}, [[ANSWER]], { response: null }])(
  "%j says nothing",
  (payload) => {
    expect(read(payload)).toEqual({});
  },
);

test("names of unreasonable length are no facts", () => {
  const long = "x".repeat(10_000);
  expect(read({ modelVersion: long, responseId: long })).toEqual({});
});

test("whatever it is given, it doesn't throw", () => {
  const member = fc.constantFrom(
    "candidates",
    "usageMetadata",
    "promptFeedback",
    "groundingMetadata",
    "error",
    "response",
    "predictions",
    "modelVersion",
    "finishReason",
    "status",
    "code",
    "message",
  );
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      fc.anything(),
      fc.array(tie("tree"), { maxLength: 3 }),
      tie("object"),
    ),
    object: fc.dictionary(member, tie("tree"), { maxKeys: 5 }),
  }));
  fc.assert(
    fc.property(tree, (payload) => {
      expect(() => read(payload)).not.toThrow();
    }),
    { numRuns: 2_000 },
  );
});
