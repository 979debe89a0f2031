import fc from "fast-check";
import { expect, test } from "vitest";

import { tokenSeconds } from "../../src/usage/items.ts";
import { NOON_MS } from "../support/record.ts";

test("a million tokens kept for an hour are 3.6 billion token-seconds", () => {
  expect(tokenSeconds(1_000_000, NOON_MS, NOON_MS + 3_600_000)).toBe(3_600_000_000);
  expect(tokenSeconds(1_000_000, NOON_MS, NOON_MS - 1_000)).toBe(-1_000_000);
});

test("token-seconds are whole, whatever part of a second is kept", () => {
  expect(tokenSeconds(3, NOON_MS, NOON_MS + 500)).toBe(2); // 1.5
  fc.assert(
    fc.property(fc.nat(2_000_000), fc.nat(90_000_000), (tokens, ms) => {
      const kept = tokenSeconds(tokens, NOON_MS, NOON_MS + ms);
      expect(Number.isSafeInteger(kept)).toBe(true);
      expect(Math.abs(kept - (tokens * ms) / 1_000)).toBeLessThanOrEqual(0.5);
    }),
  );
});
