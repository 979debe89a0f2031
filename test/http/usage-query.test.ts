import { expect, test } from "vitest";

import { parseUsageQuery } from "../../src/http/usage-query.ts";

const parse = (query: string) => parseUsageQuery(new URLSearchParams(query));

test("30 days of everything are asked for unless the query says otherwise", () => {
  expect(parse("")).toEqual({ days: 30 });
});

test("every parameter is taken as it is given", () => {
  expect(
    parse("days=7&brand=acme&campaign=xmas+sale&provider=google_ai&model=gemini-2.5-flash"),
  ).toEqual({
    days: 7,
    brand: "acme",
    campaign: "xmas sale",
    provider: "google_ai",
    model: "gemini-2.5-flash",
  });
});

test.each(["1", "3660"])("days may be %s", (days) => {
  expect(parse(`days=${days}`)).toEqual({ days: Number(days) });
});

test.each(["", "0", "-1", "3661", "1.5", "1e2", "0x10", "30d", "Infinity", "%2030", "99999999999"])(
  "days may not be %j",
  (days) => {
    expect(() => parse(`days=${days}`)).toThrow(
      /^ERR_QUERY: Expected `days` to be a whole number from 1 to 3660, got '/,
    );
  },
);

test("a parameter that is not known is told, with the ones that are", () => {
  expect(() => parse("day=7")).toThrow(
    "ERR_QUERY: Expected a parameter of days, brand, campaign, provider, model, got 'day'",
  );
});

test("a parameter given twice is told, even when both are the same", () => {
  expect(() => parse("brand=acme&brand=acme")).toThrow(
    "ERR_QUERY: Expected `brand` once, got it 2 times",
  );
});

test("a filter that is empty or absurdly long is told", () => {
  for (const brand of ["", "x".repeat(201)]) {
    expect(() => parse(`brand=${brand}`)).toThrow("`brand` to be 1 to 200 characters");
  }
});
