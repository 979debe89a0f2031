/**
 * Against a stand-in for the extension (test/fixtures/citus): it refuses what Citus's source says is
 * refused, and distributes nothing. What a real Citus makes of the ledger's queries, no test here says.
 */
import { join } from "node:path";
import type { Pool } from "pg";
import { expect, test } from "vitest";

import { withDatabase, withEmptyDatabase } from "../support/database.ts";
import { store } from "../support/ledger-rows.ts";
import { aRecord } from "../support/record.ts";
import { runCommand } from "../support/terminal.ts";

const STAND_IN = join(import.meta.dirname, "../fixtures/citus");

test("spreads rows and sums by brand, with all their months, and copies who may read to every server", () =>
  withCitus(async ({ pool, url }) => {
    const { exitCode, printed, complaints } = await migrateCitus(url);
    expect({ exitCode, complaints }).toEqual({ exitCode: 0, complaints: "" });
    expect(printed.split("\n").slice(-4)).toEqual([
      "Distributed api_usage_reader as a copy on every server",
      "Distributed api_usage by brand, in 8 shards",
      "Distributed api_usage_hour by brand, beside api_usage",
      "Distributed api_usage_day by brand, beside api_usage",
    ]);
    const beside = { method: "h", by: "brand", beside: "api_usage", shards: null };
    expect(await distributed(pool)).toEqual([
      { table: "api_usage", method: "h", by: "brand", beside: "default", shards: 8 },
      { table: "api_usage_day", ...beside },
      { table: "api_usage_hour", ...beside },
      { table: "api_usage_reader", method: "n", by: null, beside: null, shards: null },
    ]);
    const { rows } = await pool.query(
      `select count(*)::int as apart from pg_inherits
         where inhparent = 'api_usage'::regclass
           and inhrelid not in (select logicalrelid from pg_dist_partition)`,
    );
    expect(rows).toEqual([{ apart: 0 }]);
  }));

test("run again, or twice at once, it changes nothing more", () =>
  withCitus(async ({ pool, url }) => {
    const both = await Promise.all([migrateCitus(url), migrateCitus(url)]);
    expect(both.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    const before = await distributed(pool);
    const again = await migrateCitus(url);
    expect(again.printed).toBe("Nothing to do: the schema is up to date");
    expect(await distributed(pool)).toEqual(before);
  }));

test("takes a ledger that was migrated on a server with Citus, and not yet distributed", () =>
  withCitus(async ({ pool, url }) => {
    await makeCitusAndMigrate(pool, url);
    expect(await distributed(pool)).toEqual([]);
    const { exitCode } = await migrateCitus(url);
    expect(exitCode).toBe(0);
    expect(await distributed(pool)).toHaveLength(4);
  }));

test("readers' claims are handed on to the servers that hold the rows, and their policies have no subquery", () =>
  withCitus(async ({ pool, url }) => {
    await migrateCitus(url);
    const { rows: settings } = await pool.query(
      `select setconfig from pg_db_role_setting
         where setdatabase = (select oid from pg_database where datname = current_database())`,
    );
    expect(settings[0].setconfig).toContain("citus.propagate_set_commands=local");
    const { rows: policies } = await pool.query(
      "select distinct qual from pg_policies where policyname = 'spendspan_reader'",
    );
    expect(policies).toEqual([{ qual: "(brand = api_usage_reader_brand())" }]);
  }));

test("a distributed ledger takes rows, and again the same, as one of one server does", () =>
  withCitus(async ({ pool, url }) => {
    await migrateCitus(url);
    const records = [aRecord({ brand: "acme" }), aRecord({ brand: "globex" })];
    await store(pool, ...records);
    await store(pool, ...records);
    const { rows } = await pool.query(
      `select (select count(*)::int from api_usage) as rows,
         (select sum(requests)::int from api_usage_day) as requests`,
    );
    expect(rows).toEqual([{ rows: 2, requests: 2 }]);
  }));

test("a server without Citus is told so, and nothing is changed", () =>
  withEmptyDatabase(async ({ pool, url }) => {
    const { exitCode, complaints } = await migrateCitus(url);
    expect(exitCode).toBe(1);
    expect(complaints).toBe(
      'ERR_MIGRATION: --citus takes a server that has Citus, but: extension "citus" is not available',
    );
    const { rows } = await pool.query("select to_regclass('api_usage') as found");
    expect(rows).toEqual([{ found: null }]);
  }));

test("a ledger that was made without Citus is refused before anything is changed, with the way out", () =>
  withDatabase(async ({ pool, url }) => {
    await offerCitus(pool);
    const { exitCode, complaints } = await migrateCitus(url);
    expect(exitCode).toBe(1);
    expect(complaints).toMatch(
      /^ERR_MIGRATION: .*made without Citus.* on a database without a ledger$/,
    );
    const { rows } = await pool.query("select from pg_extension where extname = 'citus'");
    expect(rows).toEqual([]);
  }));

test("when Citus refuses a table, it says which and why, and goes on from there the next time", () =>
  withCitus(async ({ pool, url }) => {
    await makeCitusAndMigrate(pool, url);
    await pool.query("create unique index by_hand on api_usage_day (day)");
    const { exitCode, complaints } = await migrateCitus(url);
    expect(exitCode).toBe(1);
    expect(complaints).toBe(
      'ERR_MIGRATION: Citus refuses api_usage_day: cannot create constraint on "api_usage_day": ' +
        "Distributed relations cannot have unique constraints that leave out the partition column",
    );
    await pool.query("drop index by_hand");
    expect((await migrateCitus(url)).printed.split("\n")).toEqual([
      "Nothing to do: the schema is up to date",
      "Distributed api_usage_day by brand, beside api_usage",
    ]);
  }));

type Database = Parameters<Parameters<typeof withEmptyDatabase>[0]>[0];

/** Runs `fn` with an empty database on a server that has the stand-in. */
function withCitus(fn: (database: Database) => Promise<void>): Promise<void> {
  return withEmptyDatabase(async (database) => {
    await offerCitus(database.pool);
    await fn(database);
  });
}

/** To connections that are made from now on. */
async function offerCitus(pool: Pool): Promise<void> {
  await pool.query(`do $$ begin
    execute format('alter database %I set extension_control_path = %L', current_database(), '${STAND_IN}:$system');
  end $$`);
}

/** What somebody did by hand, and without the flag. */
async function makeCitusAndMigrate(pool: Pool, url: string): Promise<void> {
  await pool.query(`set extension_control_path = '${STAND_IN}:$system'; create extension citus`);
  await runCommand(["migrate"], { DATABASE_URL: url });
}

function migrateCitus(url: string): ReturnType<typeof runCommand> {
  return runCommand(["migrate", "--citus"], { DATABASE_URL: url });
}

async function distributed(pool: Pool): Promise<readonly object[]> {
  const { rows } = await pool.query(
    `select logicalrelid::text as table, partmethod as method, distribution_column as by,
       colocated_with as beside, shard_count as shards
     from pg_dist_partition
     where logicalrelid not in (select inhrelid from pg_inherits) order by 1`,
  );
  return rows;
}
