import fc from "fast-check";
import { expect, test } from "vitest";

import { Attempts, type Attempt } from "../../src/capture/attempts.ts";
import { OutgoingRequest } from "../../src/capture/outgoing-request.ts";
import type { Tags } from "../../src/usage/tags.ts";

const URL =
  "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash:generateContent";
const MINUTE_MS = 60_000;

interface Sending {
  readonly url?: string;
  readonly method?: string;
  readonly body?: NonNullable<RequestInit["body"]>;
  readonly tags?: Tags;
  readonly traceId?: string;
}

/** Attempts of one process, at a time that the test sets. */
function attempts() {
  const time = { ms: 0 };
  const memory = new Attempts({ now: () => 0, monotonicMs: () => time.ms });
  const send = (sending: Sending = {}): Attempt => {
    const { url = URL, method = "POST", body = "a prompt", tags = {}, traceId } = sending;
    return memory.open(new OutgoingRequest(url, url, { method, body }), tags, traceId);
  };
  /** Sends once more, and fails. */
  const fail = (sending?: Sending): number => {
    const attempt = send(sending);
    attempt.ended(true);
    return attempt.number;
  };
  return { time, send, fail };
}

test("what failed is tried a second and a third time, and what succeeded begins anew", () => {
  const { send, fail } = attempts();
  expect([fail(), fail()]).toEqual([1, 2]);
  const third = send();
  expect(third.number).toBe(3);
  third.ended(false);
  expect(send().number).toBe(1);
});

test.each([408, 409, 429, 500, 503, 504])("after a %i comes a second try", (status) => {
  const { send } = attempts();
  send().answered(status);
  expect(send().number).toBe(2);
});

test.each([400, 401, 403, 404])("a %i is final: an equal request is another", (status) => {
  const { send } = attempts();
  const refused = send();
  refused.answered(status);
  refused.ended(true); // as the body of the refusal was read
  expect(send().number).toBe(1);
});

test("a failure that is told twice is followed once", () => {
  const { send } = attempts();
  const failed = send();
  failed.answered(503);
  failed.ended(true);
  expect([send().number, send().number]).toEqual([2, 1]);
});

test("an answer that broke off is a failure too", () => {
  const { send } = attempts();
  const broken = send();
  broken.answered(200);
  broken.ended(true);
  expect(send().number).toBe(2);
});

test.each<[string, Sending]>([
  ["of another prompt", { body: "b prompt" }],
  ["without a body", { body: "" }],
  ["of another brand", { tags: { brand: "globex" } }],
  ["of another user", { tags: { brand: "acme", user: "7" } }],
  ["in another trace", { tags: { brand: "acme" }, traceId: "2" }],
  ["to another model", { url: URL.replace("flash", "pro") }],
  ["to another server", { url: URL.replace("https", "http") }],
  ["with another query", { url: `${URL}?alt=sse` }],
  ["with another method", { method: "PATCH" }],
])("a request %s is a first try", (_, other) => {
  const { send, fail } = attempts();
  const failed = { tags: { brand: "acme" }, traceId: "1" };
  fail(failed);
  expect(send({ ...failed, ...other }).number).toBe(1);
  expect(send(failed).number).toBe(2);
});

test("the next try may use another key", () => {
  const { send, fail } = attempts();
  fail({ url: `${URL}?key=first&alt=sse` });
  expect(send({ url: `${URL}?key=second&alt=sse` }).number).toBe(2);
});

test("bodies are told apart by length and ends, as text and as bytes", () => {
  const { send, fail } = attempts();
  const long = "a".repeat(1_000_000);
  for (const body of [`${long}x`, new TextEncoder().encode(`${long}z`)]) fail({ body });
  for (const body of [`${long}y`, `x${long}`, `${long}xx`, new TextEncoder().encode(`${long}y`)]) {
    expect(send({ body }).number).toBe(1);
  }
  expect(send({ body: `${long}x` }).number).toBe(2);
  expect(send({ body: new TextEncoder().encode(`${long}z`) }).number).toBe(2);
});

test("a body that can't be read is taken for the same as the last to that place", () => {
  const { send, fail } = attempts();
  fail({ body: new FormData() });
  expect(send({ body: new FormData() }).number).toBe(2);
});

test("a failure is followed for five minutes, and no longer", () => {
  const { time, send, fail } = attempts();
  fail();
  time.ms = 5 * MINUTE_MS;
  expect(fail()).toBe(2);
  time.ms += 5 * MINUTE_MS + 1;
  expect(send().number).toBe(1);
});

test("of more than a thousand failures the oldest are forgotten", () => {
  const { send, fail } = attempts();
  for (let n = 0; n <= 1_000; n++) fail({ body: `prompt ${n}` });
  expect(send({ body: "prompt 0" }).number).toBe(1);
  expect(send({ body: "prompt 1" }).number).toBe(2);
  expect(send({ body: "prompt 1000" }).number).toBe(2);
});

test("of equal calls that fail together, as many are second and third tries as are tried again", () => {
  const round = fc.array(fc.boolean(), { minLength: 10, maxLength: 10 });
  fc.assert(
    fc.property(fc.array(round, { maxLength: 5 }), (rounds) => {
      const { send } = attempts();
      let underWay = rounds.map(() => send());
      for (const [index, fails] of rounds.entries()) {
        expect(underWay.map(({ number }) => number)).toEqual(underWay.map(() => index + 1));
        const failed = underWay.filter((_, call) => fails[call]);
        for (const attempt of underWay.toReversed()) attempt.ended(failed.includes(attempt));
        underWay = failed.map(() => send());
      }
    }),
  );
});
