import { expect, test } from "vitest";

import { Budgets } from "../../src/budget/budget.ts";
import { budgetsIn } from "../../src/budget/budget-rules.ts";

const MONTH = { brand: "acme", period: "month", amountUsd: "500.00" };

function faultsOf(value: unknown): readonly string[] {
  const faults: string[] = [];
  const budgets = budgetsIn(value, "budgets", faults);
  expect(budgets.length > 0 && faults.length > 0).toBe(false);
  return faults;
}

test("a budget needs a brand, a period and an amount; all else is optional", () => {
  expect(faultsOf([MONTH])).toEqual([]);
  expect(
    faultsOf([{ ...MONTH, brand: "*", timeZone: "Europe/Berlin", warnAt: [0.5, 0.8, 0.95] }]),
  ).toEqual([]);
  expect(faultsOf([])).toEqual([]);
});

test("every fault is named by its place", () => {
  const faults = faultsOf([
    { brand: "a*", period: "year", amountUsd: 500, timeZone: "Berlin", warnAt: [80] },
    { ...MONTH, amount: "1" },
    {},
    "acme",
  ]);
  expect(faults).toEqual([
    "Expected `budgets[0].brand` to be `*` or a name of 1 to 128 letters, digits, spaces or _-.:/@+&'!(), got 'a*'",
    "Expected `budgets[0].period` to be one of day, week, month, got 'year'",
    'Expected `budgets[0].amountUsd` to be US dollars above 0 as a decimal text, such as "500.00", got 500',
    "Expected `budgets[0].timeZone` to be the IANA name of a time zone, got 'Berlin'",
    "Expected `budgets[0].warnAt[0]` to be a share from 0.01 to 0.99 in whole percents, got 80",
    "Expected a field of `budgets[1]` to be one of brand, period, amountUsd, timeZone, warnAt, got 'amount'",
    "Expected `budgets[2]` to have `brand`",
    "Expected `budgets[2]` to have `period`",
    "Expected `budgets[2]` to have `amountUsd`",
    "Expected `budgets[3]` to be an object, got 'acme'",
  ]);
});

test.each([
  [{ budgets: [] }, /to be a list of budgets/],
  [[{ ...MONTH, amountUsd: "0" }], /above 0/],
  [[{ ...MONTH, amountUsd: "-5" }], /above 0/],
  [[{ ...MONTH, amountUsd: "1e3" }], /decimal text/],
  [[{ ...MONTH, warnAt: [] }], /a list that is not empty/],
  [[{ ...MONTH, warnAt: [0.805] }], /whole percents/],
  [[{ ...MONTH, warnAt: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6] }], /at most 5, got 6/],
  [[{ ...MONTH, warnAt: [0.8, 0.5, 0.8] }], /to name a share once/],
  [[MONTH, MONTH], /for brand 'acme' to have one budget a month/],
  [
    [
      { ...MONTH, timeZone: "Europe/Berlin" },
      { ...MONTH, period: "day", timeZone: "UTC" },
    ],
    /one time zone, got Europe\/Berlin and UTC/,
  ],
])("%j is refused", (value, reason) => {
  expect(faultsOf(value)).toEqual([expect.stringMatching(reason)]);
});

test("a brand without a budget for a period has that of every brand", () => {
  const budgets = new Budgets([
    { brand: "*", period: "day", amountUsd: "10", timeZone: "Asia/Kolkata" },
    { brand: "acme", period: "month", amountUsd: "500.00", warnAt: [0.5, 0.29] },
    { brand: "globex", period: "day", amountUsd: "20", timeZone: "Europe/Berlin" },
  ]);
  expect(budgets.brands).toEqual(["acme", "globex"]);
  // 50 % and 29 % of $500: no binary fraction is 0.29, so shares are taken in percents
  expect(budgets.of("acme", "month")).toEqual({
    amount: 500_000_000_000_000n,
    warnings: [
      { share: 0.5, amount: 250_000_000_000_000n },
      { share: 0.29, amount: 145_000_000_000_000n },
    ],
  });
  // By default it is warned at 80 %.
  expect(budgets.of("acme", "day")).toEqual({
    amount: 10_000_000_000_000n,
    warnings: [{ share: 0.8, amount: 8_000_000_000_000n }],
  });
  expect(budgets.of("globex", "day")?.amount).toBe(20_000_000_000_000n);
  expect(budgets.of("initech", "month")).toBeUndefined();
  expect(["acme", "globex", "initech"].map((brand) => budgets.timeZoneOf(brand))).toEqual([
    "Asia/Kolkata",
    "Europe/Berlin",
    "Asia/Kolkata",
  ]);
});
