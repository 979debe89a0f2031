import fc from "fast-check";
import { expect, test } from "vitest";

import { salvageMembers } from "../../src/capture/json-members.ts";

const USAGE = { promptTokenCount: 7, totalTokenCount: 9 };

test("finds a member behind the cut beginning of an answer", () => {
  const whole = JSON.stringify({
    candidates: [{ text: "x".repeat(50) }],
    usageMetadata: USAGE,
    modelVersion: "m",
  });
  expect(salvageMembers(whole.slice(30), ["usageMetadata", "modelVersion"])).toEqual({
    usageMetadata: USAGE,
    modelVersion: "m",
  });
});

test("leaves out a member that is broken off", () => {
  expect(
    salvageMembers('{"modelVersion":"m","usageMetadata":{"promptTokenCount":7', [
      "usageMetadata",
      "modelVersion",
    ]),
  ).toEqual({
    modelVersion: "m",
  });
});

test("falls back to an earlier complete value when the last is broken off", () => {
  const text = `[{"usageMetadata":${JSON.stringify(USAGE)}},{"usageMetadata":{"promptTok`;
  expect(salvageMembers(text, ["usageMetadata"])).toEqual({ usageMetadata: USAGE });
});

test("is not taken in by an answer that talks about usageMetadata", () => {
  const text = JSON.stringify({ text: '"usageMetadata":{"promptTokenCount":999}', n: 1 });
  expect(salvageMembers(text, ["usageMetadata"])).toEqual({});
});

test("reads numbers, arrays, strings with escapes and white space around the colon", () => {
  const text = String.raw`"a" : 12, "b":[1,{"c":"]}"}] , "d":"q\"}\\", "e":true}`;
  expect(salvageMembers(text, ["a", "b", "d", "e"])).toEqual({
    a: 12,
    b: [1, { c: "]}" }],
    d: 'q"}\\',
    e: true,
  });
});

test("finds whatever JSON says, wherever it is cut before the member", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), fc.nat(), (before, value, cut) => {
      const head = JSON.stringify({ before });
      const text = `${head.slice(cut % head.length)},"wanted":${JSON.stringify(value)}}`;
      expect(salvageMembers(text, ["wanted"])).toEqual({
        wanted: JSON.parse(JSON.stringify(value)),
      });
    }),
  );
});

test("never throws, whatever the text", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
      expect(salvageMembers(`"usageMetadata":${text}`, ["usageMetadata"])).toBeTypeOf("object");
    }),
  );
});
