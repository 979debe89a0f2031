import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";

import type { Spend, SpendRow } from "../../../examples/demo/spend.ts";
import { paintSpend, spendLines } from "../../../examples/demo/spend-table.ts";

const WIDE = { lines: Infinity, columns: Infinity };

function aRow(overrides: Partial<SpendRow>): SpendRow {
  return {
    brand: "acme",
    model: "flash",
    calls: 1,
    tokens: 10,
    cost: 0n,
    unpriced: 0,
    ...overrides,
  };
}

const SPEND: Spend = {
  rows: [
    aRow({ calls: 1_200, tokens: 90_000, cost: 2_500_000_000_000n }),
    aRow({ model: "lite", cost: 1_250_000_000_000n, unpriced: 1, calls: 2 }),
    aRow({ brand: "brisk", model: "imaginary", unpriced: 1 }),
  ],
  total: aRow({
    brand: "All",
    model: "",
    calls: 1_203,
    tokens: 90_020,
    cost: 3_750_000_000_000n,
    unpriced: 2,
  }),
  statuses: new Map([
    ["success", 1_202],
    ["error", 1],
  ]),
};

test("each brand is named once, what has no price is empty and counted, and bars compare", () => {
  expect(spendLines(SPEND, "5 calls/s", WIDE)).toEqual([
    "Brand  Model      Calls  Tokens   USD   Unpriced",
    "──────────────────────────────────────────────────────────────────",
    "acme   flash      1 200  90 000  2.50             ████████████████",
    "       lite           2      10  1.25   + 1 call  ████████",
    "brisk  imaginary      1      10         + 1 call",
    "──────────────────────────────────────────────────────────────────",
    "All               1 203  90 020  3.75  + 2 calls",
    "success 1 202 · error 1 · 5 calls/s",
  ]);
});

test("a low window shows the costliest rows, and says how many it leaves out", () => {
  const lines = spendLines(SPEND, "", { lines: 7, columns: 80 });
  expect(lines).toHaveLength(7);
  expect(lines.slice(2, 4)).toEqual([
    "acme   flash  1 200  90 000  2.50",
    "… and 2 more, for which the window is too low",
  ]);
  expect(lines.at(-2)).toContain("1 203");
});

test("colours add nothing to what is written", () => {
  const lines = spendLines(SPEND, "5 calls/s", WIDE);
  const painted = lines.map(paintSpend);
  expect(painted.map(stripVTControlCharacters)).toEqual(lines);
  expect(painted).not.toEqual(lines);
});
