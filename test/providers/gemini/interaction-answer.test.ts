import { expect, test } from "vitest";

import {
  INTERACTION_MEMBERS,
  readInteraction,
} from "../../../src/providers/gemini/interaction-answer.ts";
import { EventStreamScanner } from "../../../src/capture/event-stream.ts";
import type { ResponseFacts } from "../../../src/providers/operation.ts";
import { anAnswer } from "../../support/answer.ts";
import { tokensOf } from "../../support/tokens.ts";

/** The facts in a whole interaction, or in the events of its making. */
function read(payload: unknown): ResponseFacts {
  const payloads = Array.isArray(payload) ? payload : [payload];
  return readInteraction(anAnswer(payloads), "gemini_api").facts;
}

const USAGE = { total_input_tokens: 10, total_output_tokens: 5, total_tokens: 15 };
const INTERACTION = {
  id: "v1_abc",
  status: "completed",
  object: "interaction",
  created: "2026-11-24T12:00:00Z",
  model: "models/gemini-3.8-flash",
  service_tier: "flex",
  steps: [{ type: "model_output", content: [{ type: "text", text: "CANARY" }] }],
  usage: USAGE,
};

test("reads model, id, usage, tier and status, and none of the content", () => {
  const answer = readInteraction(anAnswer([INTERACTION]), "gemini_api");
  expect(answer).toEqual({
    status: "completed",
    id: "v1_abc",
    createdAtMs: 1_795_521_600_000,
    isWhole: true,
    facts: {
      model: "gemini-3.8-flash",
      responseId: "v1_abc",
      serviceTier: "flex",
      tokens: tokensOf({ input: 10, output: 5 }),
      tokensMismatch: false,
      hasUncountedItems: false,
      finishReasons: ["completed"],
    },
  });
});

test("an agent stands where a model would", () => {
  const { model: _, ...rest } = INTERACTION;
  expect(read({ ...rest, agent: "deep-research-pro-preview" }).model).toBe(
    "deep-research-pro-preview",
  );
});

test.each(["queued", "in_progress"])("one that is %s has no usage and no ending yet", (status) => {
  const facts = read({ ...INTERACTION, status });
  expect(facts.tokens).toBeUndefined();
  expect(facts.finishReasons).toBeUndefined();
});

test.each([
  [[{ code: "content_blocked", message: "No." }], { type: "content_blocked", message: "No." }],
  [[{ code: "https://ai.google.dev/errors#1", message: "No." }], { type: "error", message: "No." }],
  [undefined, { type: "failed", message: "" }],
])("a failed one with errors %j is the error %j", (errors, error) => {
  expect(read({ ...INTERACTION, status: "failed", errors }).error).toEqual(error);
});

test("an error instead of an interaction is read", () => {
  const error = { code: "rate_limit_exceeded", message: "Slow down." };
  expect(read({ error })).toEqual({
    error: { type: "rate_limit_exceeded", message: "Slow down." },
  });
});

const CREATED = {
  event_type: "interaction.created",
  interaction: { id: "v1_abc", status: "in_progress", model: "gemini-3.8-flash" },
};
const STOPPED = {
  event_type: "step.stop",
  index: 0,
  usage: { total_input_tokens: 10, total_output_tokens: 2, total_tokens: 12 },
};
const COMPLETED = { event_type: "interaction.completed", interaction: INTERACTION };

test.each([
  ["interaction.created", "interaction.completed"],
  ["interaction.start", "interaction.complete"],
])("of a stream from %s to %s the last usage counts", (first, last) => {
  const facts = read([
    { ...CREATED, event_type: first },
    STOPPED,
    { ...COMPLETED, event_type: last },
    {}, // what is salvaged of [DONE]
  ]);
  expect(facts).toMatchObject({
    model: "gemini-3.8-flash",
    tokens: tokensOf({ input: 10, output: 5 }),
    finishReasons: ["completed"],
  });
});

test("a stream that breaks off has the last usage seen, and no ending", () => {
  const update = { event_type: "interaction.status_update", status: "completed" };
  const facts = read([CREATED, STOPPED, update]);
  expect(facts.tokens).toEqual(tokensOf({ input: 10, output: 2 }));
  expect(facts.finishReasons).toBeUndefined();
});

test("the usage of a step alone is a lower bound, until the total is told", () => {
  const step = { event_type: "step.stop", step_usage: STOPPED.usage };
  expect(read([CREATED, step])).toMatchObject({
    tokens: tokensOf({ input: 10, output: 2 }),
    hasUncountedItems: true,
  });
  expect(read([CREATED, step, COMPLETED]).hasUncountedItems).toBe(false);
});

test("an error event is an error, also behind usage", () => {
  const error = { code: "internal", message: "Sorry." };
  expect(read([CREATED, STOPPED, { event_type: "error", error }]).error).toEqual({
    type: "internal",
    message: "Sorry.",
  });
});

test("the events that matter survive a long stream, and an answer that speaks of usage", () => {
  const delta = (text: string) => ({
    event_type: "step.delta",
    index: 0,
    delta: { type: "text", text },
  });
  const events = [
    CREATED,
    ...Array.from({ length: 50 }, () => delta("and on")),
    STOPPED,
    delta('"usage": {"total_tokens": 1}, "interaction": {}'),
    COMPLETED,
  ];
  const scanner = new EventStreamScanner(INTERACTION_MEMBERS);
  const text = events.map(
    (event) => `event: ${event.event_type}\ndata: ${JSON.stringify(event)}\n\n`,
  );
  scanner.push(Buffer.from(`${text.join("")}event: done\ndata: [DONE]\n\n`));
  const payloads = scanner.payloads();
  expect(payloads.length).toBeLessThan(5);
  expect(read(payloads)).toEqual(read(events));
});

test.each([null, 7, [], "x", {}, { interaction: null }, { interaction: [], usage: 3 }])(
  "%j says nothing",
  (payload) => {
    expect(readInteraction(anAnswer([payload]), "gemini_api").facts).toEqual({});
  },
);
