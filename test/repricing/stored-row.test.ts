import fc from "fast-check";
import { expect, test } from "vitest";

import { COLUMNS, rowOf } from "../../src/ledger/row.ts";
import { type BilledUsage, costOf, UNPRICED } from "../../src/pricing/cost.ts";
import { geminiPriceBook } from "../../src/pricing/gemini-prices.ts";
import { type StoredRow, storedUsage } from "../../src/repricing/stored-row.ts";
import type { UsageRecord } from "../../src/usage/record.ts";
import { anyBilledUsage } from "../support/billed-usage.ts";
import { aRecord } from "../support/record.ts";
import { tokensOf } from "../support/tokens.ts";

const BOOK = geminiPriceBook();
const EMPTY = Object.fromEntries(Object.keys(COLUMNS).map((column) => [column, null]));

/** The row as it stands in the table: what is undefined is null. */
function storedRow(record: UsageRecord): StoredRow {
  return { ...EMPTY, ...JSON.parse(JSON.stringify(rowOf(record))) };
}

function recordOf(usage: BilledUsage): UsageRecord {
  const { model, tokens, serviceTier, platform, atMs: startedAtMs } = usage;
  const cost = costOf(BOOK, usage);
  return aRecord({ ...cost, model, tokens, serviceTier, platform, startedAtMs });
}

test("what a row holds costs what the usage did, to the picodollar and by the same price", () => {
  fc.assert(
    fc.property(anyBilledUsage(), (usage) => {
      const stored = storedUsage(storedRow(recordOf(usage)));
      expect(stored === undefined ? UNPRICED : costOf(BOOK, stored)).toEqual(costOf(BOOK, usage));
    }),
    { numRuns: 500 },
  );
});

test("the columns, which overlap, are untangled into the kinds that are billed", () => {
  const tokens = {
    input: 700,
    cachedInput: 200,
    toolUse: 100,
    output: 150,
    thinking: 50,
    modalities: { input: { text: 442, image: 258 }, cachedInput: { text: 200 } },
  };
  const items = [{ kind: "google_search", quantity: 2, cost: undefined } as const];
  expect(storedUsage(storedRow(aRecord({ tokens, items })))).toEqual({
    model: "gemini-2.5-flash",
    tokens,
    items: [{ kind: "google_search", quantity: 2 }],
    serviceTier: "standard",
    platform: "gemini_api",
    atMs: aRecord().startedAtMs,
  });
});

test("a row without tokens and items has no usage", () => {
  expect(storedUsage(storedRow(aRecord({ tokens: undefined })))).toBeUndefined();
});

test("an item of a kind that is not known here leaves the usage unknown, not lower", () => {
  const row = storedRow(aRecord({ tokens: tokensOf({ input: 1 }) }));
  const line_items = [{ item: "hologram", quantity: 1 }];
  expect(storedUsage({ ...row, line_items })).toBeUndefined();
});
