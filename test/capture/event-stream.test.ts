import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { JsonBodyScanner, MAX_WHOLE_BYTES } from "../../src/capture/body-scanner.ts";
import { EventStreamScanner } from "../../src/capture/event-stream.ts";

const MEMBERS = {
  sparse: ["usageMetadata", "promptFeedback"],
  parted: ["queries"],
  common: ["modelVersion", "error"],
};

const usage = (total: number) => ({ usageMetadata: { totalTokenCount: total } });
const event = (payload: unknown, end = "\n\n") => `data: ${JSON.stringify(payload)}${end}`;

function payloadsOf(text: string | Uint8Array, cuts: readonly number[] = []): readonly unknown[] {
  const bytes = Buffer.from(text);
  const scanner = new EventStreamScanner(MEMBERS);
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].toSorted(
    (a, b) => a - b,
  );
  let from = 0;
  for (const to of [...places, bytes.length]) {
    scanner.push(bytes.subarray(from, to));
    from = to;
  }
  return scanner.payloads();
}

test("keeps the last event with usage and the last event, in the order of the stream", () => {
  const stream = [usage(1), usage(2), { text: "a" }, { finishReason: "STOP" }]
    .map((p) => event(p))
    .join("");
  expect(payloadsOf(stream)).toEqual([usage(2), { finishReason: "STOP" }]);
});

test("gives one payload when the last event is also the last with usage", () => {
  expect(payloadsOf(event(usage(1)) + event(usage(2)))).toEqual([usage(2)]);
});

test("keeps an early promptFeedback beside the last usage", () => {
  const blocked = { promptFeedback: { blockReason: "SAFETY" } };
  expect(payloadsOf(event(blocked) + event(usage(3)))).toEqual([blocked, usage(3)]);
});

test("keeps each event with a part of what comes in parts, a repeated one once", () => {
  const [a, b] = [{ queries: ["A"] }, { queries: ["B"], ...usage(1) }];
  const stream = [a, { text: "a" }, b, a, usage(2), { text: "b" }].map((p) => event(p)).join("");
  expect(payloadsOf(stream)).toEqual([b, a, usage(2), { text: "b" }]);
});

test("keeps a bounded size of parts, and of later ones the last", () => {
  const part = (n: number) => ({ queries: [n, "A".repeat(MAX_WHOLE_BYTES / 4)] });
  const stream = [0, 1, 2, 3, 4, 5].map((n) => event(part(n))).join("") + event(usage(1));
  expect(payloadsOf(stream)).toEqual([part(0), part(1), part(2), part(5), usage(1)]);
});

test("salvages the usage of an event that was cut off", () => {
  expect(
    payloadsOf(`${event(usage(1))}data: {"usageMetadata":{"totalTokenCount":2},"candid`),
  ).toEqual([usage(1), usage(2)]);
});

test("takes a last event that has no blank line behind it", () => {
  expect(payloadsOf(event(usage(5), ""))).toEqual([usage(5)]);
});

test("joins the data lines of one event and passes over comments and other fields", () => {
  expect(
    payloadsOf(': hello\nid: 1\ndata: {"usageMetadata":\ndata: {"totalTokenCount":4}}\n\n'),
  ).toEqual([usage(4)]);
});

test("finds the usage at the end of an event too large to be kept", () => {
  const image = "A".repeat(3 * MAX_WHOLE_BYTES);
  const stream = event({ image, ...usage(1290), modelVersion: "m" });
  expect(payloadsOf(stream, [10, MAX_WHOLE_BYTES, 2 * MAX_WHOLE_BYTES + 7])).toEqual([
    { ...usage(1290), modelVersion: "m" },
  ]);
});

test("reads the same however the stream is split, and whatever ends its lines", () => {
  const text = fc.string({ unit: "grapheme", maxLength: 12 });
  const payload = fc.record({
    text,
    usageMetadata: fc.option(fc.record({ totalTokenCount: fc.nat() }), { nil: undefined }),
  });
  const lineEnd = fc.constantFrom("\n", "\r\n", "\r");
  fc.assert(
    fc.property(
      fc.array(payload, { minLength: 1, maxLength: 8 }),
      lineEnd,
      fc.array(fc.nat(), { maxLength: 30 }),
      (payloads, end, cuts) => {
        const whole = payloads.map((p) => event(p, end + end)).join("");
        expect(payloadsOf(whole, cuts)).toEqual(payloadsOf(whole));
        const last = JSON.parse(JSON.stringify(payloads.at(-1)));
        expect(payloadsOf(whole, cuts).at(-1)).toEqual(last);
        const withUsage = payloads.filter((p) => p.usageMetadata !== undefined).slice(-1);
        expect(payloadsOf(whole, cuts)).toEqual(expect.arrayContaining(withUsage));
      },
    ),
    { numRuns: 300 },
  );
});

describe("a body that is one JSON value", () => {
  function jsonPayloads(text: string, cut: number): readonly unknown[] {
    const bytes = Buffer.from(text);
    const scanner = new JsonBodyScanner(MEMBERS);
    scanner.push(bytes.subarray(0, cut));
    scanner.push(bytes.subarray(cut));
    return scanner.payloads();
  }

  test("is parsed whole, also when cut inside a character", () => {
    const payload = { text: "grüße 🎉", ...usage(3) };
    const text = JSON.stringify(payload);
    for (let cut = 0; cut <= Buffer.byteLength(text); cut++)
      expect(jsonPayloads(text, cut)).toEqual([payload]);
  });

  test("may be an array of answers", () => {
    expect(jsonPayloads(JSON.stringify([usage(1), usage(2)]), 9)).toEqual([usage(1), usage(2)]);
  });

  test("gives up its usage when it is too large to be kept", () => {
    const text = JSON.stringify({ image: "A".repeat(2 * MAX_WHOLE_BYTES), ...usage(8) });
    expect(jsonPayloads(text, MAX_WHOLE_BYTES + 1)).toEqual([usage(8)]);
  });

  test("gives it up also when it stands before what makes the body large", () => {
    const text = JSON.stringify({ ...usage(8), image: "A".repeat(2 * MAX_WHOLE_BYTES) });
    expect(jsonPayloads(text, MAX_WHOLE_BYTES + 1)).toEqual([usage(8)]);
  });

  test("has two ends of which the later counts", () => {
    const image = "A".repeat(2 * MAX_WHOLE_BYTES);
    const text = JSON.stringify([usage(1), { image }, usage(2)]);
    expect(jsonPayloads(text, 100)).toEqual([usage(2)]);
  });

  test("gives no member that was cut", () => {
    const finishReason = "A".repeat(2 * MAX_WHOLE_BYTES);
    expect(jsonPayloads(JSON.stringify({ ...usage(1), finishReason }), 100)).toEqual([usage(1)]);
  });

  test("gives nothing when it never began", () => {
    expect(new JsonBodyScanner(MEMBERS).payloads()).toEqual([]);
  });
});
