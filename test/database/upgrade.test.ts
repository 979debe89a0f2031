/** A ledger of the first schema, with rows in it, brought up to date. */
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Pool } from "pg";
import { expect, onTestFinished, test } from "vitest";

import { migrate } from "../../src/database/migrate.ts";
import { withEmptyDatabase } from "../support/database.ts";
import { store } from "../support/ledger-rows.ts";
import { aRecord, NOON_MS } from "../support/record.ts";
import { sumsIn } from "../support/sums.ts";

const FIRST = "0001_api_usage.sql";
const DAY_MS = 86_400_000;

async function migrateToFirst(pool: Pool): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "spendspan-migrations-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  await cp(join("migrations", FIRST), join(directory, FIRST));
  expect(await migrate(pool, { directory })).toEqual(["0001_api_usage"]);
}

/** 300 rows over 300 days up to the one of the tests, as the first version wrote them. */
async function fill(pool: Pool): Promise<void> {
  await pool.query(
    `insert into api_usage (id, created_at, brand, api_provider, api_endpoint, operation, model,
       input_tokens, output_tokens, cached_input_tokens, tool_use_tokens, thinking_tokens,
       usage_status, estimated_cost_usd, price_status, status)
     select gen_random_uuid(), to_timestamp($1::float8 / 1000) - make_interval(days => day),
       'brand-' || day % 3, 'google_ai', 'chat', 'generateContent', 'gemini-2.5-flash',
       day, 1, 0, 0, 0, 'final', case when day % 10 > 0 then 0.000001 * day end,
       case when day % 10 > 0 then 'priced' else 'unpriced' end, 'success'
     from generate_series(1, 300) as day`,
    [NOON_MS],
  );
}

const CONTENTS = `select id, created_at, ingested_at, brand, entry, total_tokens,
  estimated_cost_usd, price_status, streaming, attempt from api_usage order by id`;

test("every row stays as it was, and is in the sums", () =>
  withEmptyDatabase(async ({ pool }) => {
    await migrateToFirst(pool);
    await fill(pool);
    const before = await pool.query(CONTENTS.replace("entry", "'call' as entry"));
    await migrate(pool);
    const after = await pool.query(CONTENTS);
    expect(after.rows).toHaveLength(300);
    expect(after.rows).toEqual(before.rows);
    for (const { kept, taken } of await sumsIn(pool)) expect(kept).toEqual(taken);
  }));

test("rows of the months before go to the first partition, later ones to their own", () =>
  withEmptyDatabase(async ({ pool }) => {
    await migrateToFirst(pool);
    await fill(pool);
    await migrate(pool);
    const ages = [200, -200];
    await store(
      pool,
      ...ages.map((days) => aRecord({ brand: "late", startedAtMs: NOON_MS - days * DAY_MS })),
    );
    const { rows } = await pool.query(
      `select tableoid::regclass::text as partition from api_usage where brand = 'late' order by 1`,
    );
    // 2026-11-24 and 200 days
    expect(rows).toEqual([{ partition: "api_usage_first" }, { partition: "api_usage_y2027m06" }]);
    for (const { kept, taken } of await sumsIn(pool)) expect(kept).toEqual(taken);
  }));

test("rows of before are as protected as those that come later", () =>
  withEmptyDatabase(async ({ pool }) => {
    await migrateToFirst(pool);
    await fill(pool);
    await migrate(pool);
    for (const change of ["delete from api_usage_first", "truncate api_usage_first"]) {
      await expect(pool.query(change)).rejects.toThrow("Rows of api_usage are only ever added");
    }
    const { rows } = await pool.query(
      "select bool_and(relrowsecurity) as closed from pg_partition_tree('api_usage') join pg_class on oid = relid",
    );
    expect(rows).toEqual([{ closed: true }]);
  }));
