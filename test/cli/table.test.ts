import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { alignedRows, sameDecimals, table } from "../../src/cli/table.ts";

describe("a table", () => {
  test("has names at the left, numbers at the right, and a rule below its head", () => {
    const columns = [
      { title: "Brand", align: "left" },
      { title: "Calls", align: "right" },
    ] as const;
    const rows = [
      ["acme", "1 200"],
      ["globex inc", "7"],
    ];
    expect(table(columns, rows).split("\n")).toEqual([
      "Brand       Calls",
      "─────────────────",
      "acme        1 200",
      "globex inc      7",
    ]);
  });

  test("without rows is its head", () => {
    expect(table([{ title: "Brand", align: "left" }], [])).toBe("Brand\n─────");
  });
});

describe("aligned rows", () => {
  test("count the two columns that a terminal gives a wide character, and none for a mark", () => {
    // 東京 takes four columns, and e with a combining accent takes one
    expect(
      alignedRows([
        ["東京", "1"],
        ["cafe\u0301", "2"],
        ["acme", "3"],
      ]),
    ).toEqual(["東京  1", "cafe\u0301  2", "acme  3"]);
  });

  test("may have fewer cells than others", () => {
    expect(alignedRows([["a", "b"], ["longer"]])).toEqual(["a       b", "longer"]);
  });

  test("have no space at their end", () => {
    expect(
      alignedRows([
        ["a", ""],
        ["b", "noted"],
      ]),
    ).toEqual(["a", "b  noted"]);
  });
});

describe("decimals in one column", () => {
  test("have as many places as the finest of them", () => {
    expect(sameDecimals(["12", "0.5", "0.0008"])).toEqual(["12.0000", "0.5000", "0.0008"]);
  });

  test("have cents at least", () => {
    expect(sameDecimals(["3", "-0.5"])).toEqual(["3.00", "-0.50"]);
  });

  test("stay empty where nothing is known", () => {
    expect(sameDecimals(["", "1.5"])).toEqual(["", "1.50"]);
  });

  test("stay what they were", () => {
    const decimal = fc.tuple(fc.integer(), fc.stringMatching(/^\d{0,12}$/));
    const text = decimal.map(([whole, fraction]) => `${whole}${fraction && `.${fraction}`}`);
    fc.assert(
      fc.property(fc.array(text), (given) => {
        const shown = sameDecimals(given);
        expect(shown.map(Number)).toEqual(given.map(Number));
        expect(new Set(shown.map((each) => each.split(".")[1]?.length)).size).toBeLessThan(2);
      }),
    );
  });
});
