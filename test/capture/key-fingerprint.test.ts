import { createHmac } from "node:crypto";
import { expect, test } from "vitest";

import { KeyFingerprints } from "../../src/capture/key-fingerprint.ts";
import { OutgoingRequest } from "../../src/capture/outgoing-request.ts";

const SECRET = "a secret of the app";
const KEY = "AIzaSyExample00000000000000000000000001";
const URL =
  "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash:generateContent";
/** The first 16 hex digits of HMAC-SHA256. */
const FINGERPRINT = createHmac("sha256", SECRET).update(KEY).digest("hex").slice(0, 16);

function fingerprintOf(url: string, headers: Record<string, string> = {}, secret = SECRET) {
  return new KeyFingerprints(secret).ofRequest(new OutgoingRequest(url, url, { headers }));
}

test.each([
  ["in the header of the SDKs", URL, { "x-goog-api-key": KEY }],
  ["in the query", `${URL}?alt=sse&key=${KEY}`, {}],
  ["as OpenAI's clients send it", URL, { Authorization: `Bearer ${KEY}` }],
  ["in both header and query", `${URL}?key=another`, { "X-Goog-Api-Key": KEY }],
])("a key %s has its fingerprint", (_, url, headers) => {
  expect(fingerprintOf(url, headers)).toBe(FINGERPRINT);
  expect(FINGERPRINT).toMatch(/^[0-9a-f]{16}$/);
});

test.each([
  ["no key", URL, {}],
  ["an empty key", `${URL}?key=`, {}],
  ["a token of OAuth, new each hour", URL, { authorization: "Bearer ya29.a-token" }],
  ["a JSON web token", URL, { authorization: "Bearer eyJhbGciOiJSUzI1NiJ9.e30.AIza" }],
])("a request with %s has none", (_, url, headers) => {
  expect(fingerprintOf(url, headers)).toBeUndefined();
});

test("another key has another fingerprint, and so has the same under another secret", () => {
  expect(fingerprintOf(URL, { "x-goog-api-key": `${KEY}2` })).not.toBe(FINGERPRINT);
  expect(fingerprintOf(URL, { "x-goog-api-key": KEY }, `${SECRET}2`)).not.toBe(FINGERPRINT);
});

test("more keys than are remembered keep their fingerprints", () => {
  const fingerprints = new KeyFingerprints(SECRET);
  const each = Array.from({ length: 250 }, (_, n) => n % 125).map((n) => {
    const init = { headers: { "x-goog-api-key": `key ${n}` } };
    return fingerprints.ofRequest(new OutgoingRequest(URL, URL, init));
  });
  expect(each.slice(0, 125)).toEqual(each.slice(125));
  expect(new Set(each).size).toBe(125);
});
