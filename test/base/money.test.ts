import fc from "fast-check";
import { expect, test } from "vitest";

import { fromUsdString, toUsdNumber, toUsdString } from "../../src/base/money.ts";

test.each([
  ["0", 0n],
  ["1", 1_000_000_000_000n],
  ["0.30", 300_000_000_000n],
  ["0.1213083", 121_308_300_000n],
  ["0.000000000001", 1n],
  ["-2.5", -2_500_000_000_000n],
  ["1.000000000000000", 1_000_000_000_000n], // zeros past the twelfth decimal say nothing
  ["123456789012345678.000000000001", 123_456_789_012_345_678_000_000_000_001n],
])("reads %s dollars as picodollars", (text, amount) => {
  expect(fromUsdString(text)).toBe(amount);
});

test.each([
  [0n, "0"],
  [1n, "0.000000000001"],
  [-1n, "-0.000000000001"],
  [1_000_000_000_000n, "1"],
  [-2_500_000_000_000n, "-2.5"],
  [121_308_300_000n, "0.1213083"],
])("writes %s picodollars without an exponent or trailing zeros", (amount, text) => {
  expect(toUsdString(amount)).toBe(text);
});

test.each(["", ".5", "1.", "1e-6", "0x10", " 1", "1,5", "NaN", "--1", "0.0000000000001"])(
  "refuses %j, and says what it got",
  (text) => {
    expect(() => fromUsdString(text)).toThrow(
      expect.objectContaining({
        code: "ERR_MONEY",
        message: expect.stringContaining(JSON.stringify(text)),
      }),
    );
  },
);

test("every amount survives being written and read", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), (amount) => {
      expect(fromUsdString(toUsdString(amount))).toBe(amount);
    }),
  );
});

test("the number for charts is the nearest double", () => {
  expect(toUsdNumber(100_000_000_000n)).toBe(0.1);
  expect(toUsdNumber(-18_130_000n)).toBe(-0.00001813);
});
