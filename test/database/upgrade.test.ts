/** A ledger of the first schema, with rows in it, brought up to date. */
import { cp, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Pool } from "pg";
import { expect, onTestFinished, test } from "vitest";

import { migrate } from "../../src/database/migrate.ts";
import { openPool } from "../../src/database/pool.ts";
import { withEmptyDatabase } from "../support/database.ts";
import { store } from "../support/ledger-rows.ts";
import { untilSomebodyWaits } from "../support/lock-wait.ts";
import { KeptLogger } from "../support/logger.ts";
import { aRecord, NOON_MS } from "../support/record.ts";
import { sumsIn } from "../support/sums.ts";

const FIRST = "0001_api_usage.sql";
const DAY_MS = 86_400_000;

const TAKE_OVER = "0004_rows_of_before.sql";

/** Applies the migrations up to the one of that name. */
async function migrateUpTo(pool: Pool, last: string): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "spendspan-migrations-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  for (const file of await readdir("migrations")) {
    if (file <= last) await cp(join("migrations", file), join(directory, file));
  }
  await migrate(pool, { directory });
}

/** 300 rows over 300 days up to the one of the tests, as the first version wrote them. */
async function fill(pool: Pool): Promise<void> {
  await pool.query(
    `insert into api_usage (id, created_at, brand, api_provider, api_endpoint, operation,
       requested_model, model, input_tokens, output_tokens, cached_input_tokens, tool_use_tokens,
       thinking_tokens, usage_status, estimated_cost_usd, price_status, status, http_status_code,
       request_duration_ms, trace_id)
     select gen_random_uuid(), to_timestamp($1::float8 / 1000) - make_interval(days => day),
       'brand-' || day % 3, 'google_ai', 'chat', 'generateContent',
       case when day % 2 = 0 then 'gemini-2.5-flash' else 'gemini-flash-latest' end, 'gemini-2.5-flash', day, 1, 0, 0, 0, 'final', case when day % 10 > 0 then 0.000001 * day end,
       case when day % 10 > 0 then 'priced' else 'unpriced' end, 'success', 200, 812.5, md5(day::text)
     from generate_series(1, 300) as day`,
    [NOON_MS],
  );
}

const CONTENTS = `select id, created_at, ingested_at, brand, entry, total_tokens, model,
  coalesce(requested_model, model) as requested_model, estimated_cost_usd, price_status, streaming,
  attempt, request_duration_ms::float8, http_status_code, encode(trace_id, 'hex') as trace_id
  from api_usage order by id`;

/** The same, as the first version had it. */
const CONTENTS_OF_FIRST = CONTENTS.replace("entry", "'call' as entry").replace(
  "encode(trace_id, 'hex') as trace_id",
  "trace_id",
);

test("every row stays as it was, and is in the sums", () =>
  withEmptyDatabase(async ({ pool }) => {
    await migrateUpTo(pool, FIRST);
    await fill(pool);
    const before = await pool.query(CONTENTS_OF_FIRST);
    await migrate(pool);
    const after = await pool.query(CONTENTS);
    expect(after.rows).toHaveLength(300);
    expect(after.rows).toEqual(before.rows);
    for (const { kept, taken } of await sumsIn(pool)) expect(kept).toEqual(taken);
  }));

test("rows of before, and what comes late, are in the partition of their month", () =>
  withEmptyDatabase(async ({ pool }) => {
    await migrateUpTo(pool, FIRST);
    await fill(pool);
    await migrate(pool);
    const ages = [200, -200];
    await store(
      pool,
      ...ages.map((days) => aRecord({ brand: "late", startedAtMs: NOON_MS - days * DAY_MS })),
    );
    const { rows } = await pool.query(
      `select tableoid::regclass::text as partition, count(*)::int as rows from api_usage
       where created_at < '2026-06-01' and created_at >= '2026-05-01' or created_at > now()
       group by 1 order by 1`,
    );
    // 200 days before and after 2026-11-24; May had 31 rows already.
    expect(rows).toEqual([
      { partition: "api_usage_y2026m05", rows: 32 },
      { partition: "api_usage_y2027m06", rows: 1 },
    ]);
    for (const { kept, taken } of await sumsIn(pool)) expect(kept).toEqual(taken);
  }));

test("rows of before are as protected as those that come later", () =>
  withEmptyDatabase(async ({ pool }) => {
    await migrateUpTo(pool, FIRST);
    await fill(pool);
    await migrate(pool);
    for (const change of ["delete from api_usage_y2026m05", "truncate api_usage_y2026m05"]) {
      await expect(pool.query(change)).rejects.toThrow("Rows of api_usage are only ever added");
    }
    const { rows } = await pool.query(
      "select bool_and(relrowsecurity) as closed from pg_partition_tree('api_usage') join pg_class on oid = relid",
    );
    expect(rows).toEqual([{ closed: true }]);
  }));

test("what the first version adds while its rows are being taken over is taken over as well", () =>
  withEmptyDatabase(async ({ pool }) => {
    await migrateUpTo(pool, FIRST);
    await fill(pool);
    await migrateUpTo(pool, "0003_references.sql");
    await fill(pool);
    await migrateUpTo(pool, TAKE_OVER);
    // So that those that wait for 0005 don't wait for these.
    expect((await pool.query("select from api_usage_meanwhile")).rows).toEqual([]);
    await fill(pool);
    await migrate(pool);
    const { rows } = await pool.query("select count(*)::int as rows from api_usage");
    expect(rows).toEqual([{ rows: 900 }]); // 3 × 300
    for (const { kept, taken } of await sumsIn(pool)) expect(kept).toEqual(taken);
  }));

test.each([
  ["0003_references.sql", TAKE_OVER],
  ["0005_months.sql", "0006_sums.sql"],
])("after %s, nobody waits while %s reads all rows", (before, file) =>
  withEmptyDatabase(async ({ pool }) => {
    await migrateUpTo(pool, FIRST);
    await fill(pool);
    await migrateUpTo(pool, before);
    const migration = await pool.connect();
    await migration.query("begin");
    await migration.query(await readFile(join("migrations", file), "utf8"));
    await pool.query(`
      begin;
      set local lock_timeout = '1s';
      insert into api_usage (id, created_at, api_provider, api_endpoint, operation, usage_status,
          estimated_cost_usd, price_status, status)
        values (gen_random_uuid(), '2026-11-24T12:00:00Z', 'google_ai', 'chat', 'generateContent',
          'missing', 0, 'free', 'error');
      commit`);
    await migration.query("rollback");
    migration.release();
    const { rows } = await pool.query("select count(*)::int as rows from api_usage");
    expect(rows).toEqual([{ rows: 301 }]);
  }),
);

test("nobody waits behind a migration that waits for a long query", () =>
  withEmptyDatabase(async ({ pool, url }) => {
    await migrateUpTo(pool, FIRST);
    await fill(pool);
    const reader = await pool.connect();
    await reader.query("begin; select from api_usage");
    const other = await openPool({ url, logger: new KeptLogger() });
    const migration = migrate(other);
    await untilSomebodyWaits(pool);
    await fill(pool);
    await reader.query("commit");
    reader.release();
    await migration;
    await other.end();
    const { rows } = await pool.query("select count(*)::int as rows from api_usage");
    expect(rows).toEqual([{ rows: 600 }]);
  }));
