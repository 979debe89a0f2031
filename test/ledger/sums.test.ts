import fc from "fast-check";
import { expect, test } from "vitest";

import { openPool } from "../../src/database/pool.ts";
import { lineOf } from "../../src/ledger/row-line.ts";
import type { UsageRecord } from "../../src/usage/record.ts";
import { withDatabase } from "../support/database.ts";
import { adjust, store } from "../support/ledger-rows.ts";
import { KeptLogger } from "../support/logger.ts";
import { aRecord, NOON_MS } from "../support/record.ts";
import { sumsIn } from "../support/sums.ts";
import { anyTokens } from "../support/tokens.ts";
import { storedIds } from "../support/writer.ts";

const DAY_MS = 86_400_000;

test("whatever is added, late, twice or corrected, the sums kept are those of the rows", () =>
  withDatabase(async ({ pool }) => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyRecord(), { minLength: 1, maxLength: 30 }), async (records) => {
        const [first, ...others] = records;
        await store(pool, ...others);
        await store(pool, ...records); // all but one are there already
        if (first!.entry !== "job") {
          await adjust(pool, first!, {
            difference: "-0.000001",
            from: first!.priceStatus,
            to: "priced",
          });
        }
        for (const { kept, taken } of await sumsIn(pool)) expect(kept).toEqual(taken);
      }),
      { numRuns: 15 },
    );
  }));

test("of rows that are there, that come twice, and of a month that is not there, just the new ones are added", () =>
  withDatabase(async ({ pool }) => {
    const [known, fresh, old] = [
      aRecord(),
      aRecord(),
      aRecord({ startedAtMs: NOON_MS - 9_000 * DAY_MS }),
    ];
    await store(pool, known);
    const lines = [known, fresh, old, fresh, old, known].map(lineOf).join("\n");
    const { rows } = await pool.query("select api_usage_add($1)::int as added", [lines]);
    expect(rows).toEqual([{ added: 2 }]);
    expect(await storedIds(pool)).toEqual([known.id, fresh.id, old.id].toSorted());
    for (const { kept, taken } of await sumsIn(pool)) expect(kept).toEqual(taken);
  }));

test("a transaction that can't see a row that is there is told so, and does not try for ever", () =>
  withDatabase(async ({ pool }) => {
    const record = aRecord();
    const client = await pool.connect();
    await client.query("begin isolation level repeatable read; select count(*) from api_usage");
    await store(pool, record);
    const adding = client.query("select api_usage_add($1)", [lineOf(record)]);
    await expect(adding).rejects.toThrow("duplicate key value");
    await client.query("rollback");
    client.release();
  }));

test("sixteen writers of the same rows and sums don't get in each other's way", () =>
  withDatabase(async ({ pool, url }) => {
    const pools = await Promise.all(
      Array.from({ length: 16 }, () =>
        openPool({ url, logger: new KeptLogger(), maxConnections: 1 }),
      ),
    );
    const batches = Array.from({ length: 8 }, (_, batch) =>
      Array.from({ length: 1_000 }, (_, at) =>
        aRecord({
          brand: `brand-${(at * 7 + batch) % 10}`,
          model: `model-${at % 3}`,
          startedAtMs: NOON_MS - (at % 5) * DAY_MS,
        }),
      ),
    );
    // Each batch comes from two writers, and backwards from one of them.
    await Promise.all(
      pools.map(async (writer, at) => {
        const lines = batches[at % 8]!;
        await store(writer, ...(at < 8 ? lines : lines.toReversed()));
      }),
    );
    const { rows } = await pool.query("select count(*)::int as rows from api_usage");
    expect(rows).toEqual([{ rows: 8_000 }]); // 8 × 1 000
    for (const { kept, taken } of await sumsIn(pool)) expect(kept).toEqual(taken);
    await Promise.all(pools.map((writer) => writer.end()));
  }));

function anyRecord(): fc.Arbitrary<UsageRecord> {
  return fc
    .record({
      cost: fc.option(fc.bigInt({ min: 0n, max: 10n ** 19n }), { nil: undefined }),
      tokens: fc.option(anyTokens(1_000_000), { nil: undefined }),
      entry: fc.constantFrom("call", "job", "storage"),
      brand: fc.constantFrom("acme", "beta"),
      campaign: fc.constantFrom("spring", undefined),
      model: fc.constantFrom("gemini-2.5-flash", undefined),
      startedAtMs: fc.integer({ min: NOON_MS - 90 * DAY_MS, max: NOON_MS + 90 * DAY_MS }),
    })
    .map((fields) =>
      aRecord({ ...fields, priceStatus: fields.cost === undefined ? "unpriced" : "priced" }),
    );
}
