import fc from "fast-check";
import { expect, test } from "vitest";

import { scrubbed, shown } from "../../src/base/error-text.ts";

/** Made up, in the forms of real ones. */
const API_KEY = "AIzaSyD-CANARY_1234567890abcdefghijklm";
const OAUTH = "ya29.a0CANARY-abc_DEF.123";
const JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJDQU5BUlkifQ.c2lnbmF0dXJl";
const HEX_KEY = "0123456789abcdef0123456789canary".replace("canary", "cafe42");

test.each([
  ["an API key", `API key ${API_KEY} is not valid`, "API key [redacted] is not valid"],
  [
    "a key in Google's own words",
    `Permission denied: Consumer 'api_key:${API_KEY}' has been suspended.`,
    "Permission denied: Consumer 'api_key:[redacted]' has been suspended.",
  ],
  [
    "the query of a URL",
    `Error fetching from https://generativelanguage.googleapis.com/v1/models/x:generateContent?key=abc&alt=sse: [400]`,
    "Error fetching from https://generativelanguage.googleapis.com/v1/models/x:generateContent?[redacted] [400]",
  ],
  [
    "a password in a URL",
    "connect postgres://me:hunter2@db:5432/app",
    "connect postgres://db:5432/app",
  ],
  [
    "a bearer token",
    `Authorization: Bearer ${OAUTH} expired`,
    "Authorization: Bearer [redacted] expired",
  ],
  ["a header", `x-goog-api-key: abc123, x-other: 1`, "x-goog-api-key: [redacted], x-other: 1"],
  ["a parameter", "appid=deadbeef refused", "appid=[redacted] refused"],
  ["a JSON member", '{"apiKey": "abc123"}', '{"apiKey": "[redacted]"}'],
  ["an OAuth token", `token was ${OAUTH}`, "token was [redacted]"],
  ["a JWT", `got ${JWT}`, "got [redacted]"],
  ["a long hex key", `key ${HEX_KEY} unknown`, "key [redacted] unknown"],
  ["a long mixed token", "id A1b2C3d4E5f6G7h8I9j0K1l2M3 unknown", "id [redacted] unknown"],
])("hides %s", (_what, message, shown) => {
  expect(scrubbed(message)).toBe(shown);
});

test.each([
  [
    "a value of the wrong type",
    `Invalid value at 'contents[0].role' (TYPE_ENUM), "PROMPT text \\"quoted\\" more"`,
    "Invalid value at 'contents[0].role' (TYPE_ENUM), [redacted]",
  ],
  [
    "a value that is no message",
    `Invalid value at 'system_instruction' (type.googleapis.com/google.v1beta.Content), "PROMPT"`,
    "Invalid value at 'system_instruction' (type.googleapis.com/google.v1beta.Content), [redacted]",
  ],
  [
    "bytes that are none, and what comes on the next line",
    `Invalid value at 'data' (TYPE_BYTES), Base64 decoding failed for "PROMPT"\nInvalid value at 'text' (TYPE_STRING), 4`,
    "Invalid value at 'data' (TYPE_BYTES), [redacted] Invalid value at 'text' (TYPE_STRING), [redacted]",
  ],
  [
    "the line of a body that did not parse",
    'Invalid JSON payload received. Unexpected token.\n{"contents": PROMPT text\n             ^',
    "Invalid JSON payload received. Unexpected token. [redacted]",
  ],
  [
    "the text that JSON.parse choked on",
    `Unexpected token 'P', ..."{"a": PROMPT text"... is not valid JSON`,
    "Unexpected token 'P', ...[redacted] is not valid JSON",
  ],
])("hides the app's own data: %s", (_what, message, shown) => {
  expect(scrubbed(message)).toBe(shown);
});

test.each([
  "models/gemini-2.5-computer-use-preview-10-2025 is not found for API version v1beta",
  "Quota exceeded for metric: generativelanguage.googleapis.com/generate_content_free_tier_requests, limit: 20",
  'Unknown name "responseMimeTypo": Cannot find field.',
  "getaddrinfo ENOTFOUND generativelanguage.googleapis.com",
  "The operation was aborted due to timeout",
])("leaves a plain message as it is: %s", (message) => {
  expect(scrubbed(message)).toBe(message);
});

test("is one line without control characters and zero-width characters", () => {
  expect(scrubbed("a\u0000b\r\n\tc\u200Bd \u202E e\u0007")).toBe("a b cd e");
});

test("keeps to the given length, ellipsis included", () => {
  expect(scrubbed("word ".repeat(200), 20)).toBe("word word word word…");
  expect(scrubbed("x ".repeat(1_000))).toHaveLength(500);
});

test("a key at the edge of what is read is not left by halves", () => {
  for (let padding = 1_950; padding <= 2_010; padding++) {
    // Redactions shrink what stands before, so that the cut itself comes into view.
    const message = `https://h/?${"q".repeat(padding - 12)} ${API_KEY} tail`;
    expect(scrubbed(message)).not.toContain("AIza");
  }
});

test("holds no lone surrogate, whatever it is given", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "binary", maxLength: 80 }),
      fc.integer({ min: 1, max: 40 }),
      (text, max) => {
        const shown = scrubbed(text, max);
        expect(shown.isWellFormed()).toBe(true);
        expect(shown.length).toBeLessThanOrEqual(max);
        expect(shown).not.toMatch(/\p{Cc}/u);
      },
    ),
  );
});

test("a key is hidden wherever it stands", () => {
  const words = fc
    .array(fc.constantFrom("error", "at", "\n", "(", "'", ": ", "key ", "=", ","))
    .map((all) => all.join(" "));
  fc.assert(
    fc.property(
      words,
      words,
      fc.constantFrom(API_KEY, OAUTH, JWT, HEX_KEY),
      (before, after, key) => {
        expect(scrubbed(`${before} ${key} ${after}`)).not.toContain(key.slice(0, 12));
      },
    ),
  );
});

test("a megabyte of one kind of character is no work", () => {
  for (const unit of ["a", "aA1", " ", '"', "\n", "\\", "://", "=", "key"]) {
    expect(scrubbed(unit.repeat(1_000_000 / unit.length)).length).toBeLessThanOrEqual(500);
  }
});

test.each([
  ["a text", "acme", "'acme'"],
  ["a number that is none", NaN, "NaN"],
  ["a bigint, at which JSON would throw", 5n, "5n"],
  ["an object, by its surface", { a: { b: 1 } }, "{ a: [Object] }"],
  ["text on several lines", "a\nb", "'a\\nb'"],
  ["a URL's password", "postgres://me:hunter2@db/app", "'postgres://db/app'"],
])("shows %s", (_, value, text) => {
  expect(shown(value)).toBe(text);
});

test("shows the beginning of what is long", () => {
  expect(shown("a ".repeat(1_000))).toHaveLength(80);
});
