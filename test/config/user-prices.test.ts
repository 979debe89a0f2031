import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { faultsOf, resolve } from "../support/config.ts";

const FIXTURE = "test/fixtures/prices.json";
const OWN = { id: "gemini-9-flash", input: "0.25" };

/** A file for one test. */
function fileOf(content: string): string {
  const directory = mkdtempSync(join(tmpdir(), "spendspan-prices-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const path = join(directory, "prices.json");
  writeFileSync(path, content);
  return path;
}

test("prices of a file come first, so that those of the code win", () => {
  const { prices } = resolve({ prices: [OWN] }, { SPENDSPAN_PRICES_FILE: FIXTURE });
  expect(prices.map(({ id }) => id)).toEqual(["gemini-2.5-flash", "gemini-9-flash"]);
  expect(prices[0]).toMatchObject({
    from: "2026-12-01",
    input: { default: "0.25", audio: "0.80" },
  });
});

test("every fault of every price is told, in code and in the file, beside all others", () => {
  const file = fileOf(JSON.stringify([OWN, { ...OWN, input: 1 }, { id: "x" }]));
  const options = { prices: [{ ...OWN, currency: "EUR" }], port: -1 };
  const faults = faultsOf(options, { SPENDSPAN_PRICES_FILE: file }).toSorted();
  expect(faults).toEqual([
    expect.stringContaining("Expected `SPENDSPAN_PRICES_FILE[1].input` to be US dollars"),
    expect.stringContaining("Expected `SPENDSPAN_PRICES_FILE[2]` to have `input`"),
    expect.stringContaining("Expected `port`"),
    expect.stringMatching(/^Expected a field of `prices\[0\]` .* got 'currency'$/),
  ]);
});

test.each([
  ["that is not there", "nowhere.json", /can be read: ENOENT/],
  ["that is a directory", "test", /can be read: EISDIR/],
  ["that is no JSON", "README.md", /can be read: .*JSON/],
  ["that holds no list", "package.json", /^Expected `pricesFile` to be a list of prices$/],
])("a file %s is a fault", (_, pricesFile, fault) => {
  expect(faultsOf({ pricesFile })).toEqual([expect.stringMatching(fault)]);
});

test("of a file that is something else nothing is shown", () => {
  const [fault] = faultsOf({ pricesFile: fileOf("TOKEN=s3cr3t-of-the-app") });
  expect(fault).toContain("can be read");
  expect(fault).not.toContain("s3cr");
});

test.each([[{}], ["0.25"], [null]])("%j in place of a list of prices is a fault", (prices) => {
  expect(faultsOf({ prices })).toEqual(["Expected `prices` to be a list of prices"]);
});

test.each(["Mars/Olympus", "+01:00", 8])("%j is no time zone", (priceTimeZone) => {
  expect(faultsOf({ priceTimeZone })).toEqual([
    expect.stringMatching(/^Expected `priceTimeZone` to be the IANA name of a time zone, got /),
  ]);
});
