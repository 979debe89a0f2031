import { readdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";

import { migrate } from "../../src/database/migrate.ts";
import { openPool } from "../../src/database/pool.ts";
import { withDatabase, withEmptyDatabase } from "../support/database.ts";
import { KeptLogger } from "../support/logger.ts";

const ONE = { "0001_one.sql": "create table one (); create table also_one ();" };
const TWO = { ...ONE, "0002_two.sql": "create table two ();" };

test("a fresh database gets every migration of the package, and a current one none", () =>
  withEmptyDatabase(async ({ pool }) => {
    const names = (await readdir("migrations")).map((file) => file.replace(".sql", "")).toSorted();
    expect(names).toContain("0001_api_usage");
    expect(await migrate(pool)).toEqual(names);
    expect(await migrate(pool)).toEqual([]);
    const { rows } = await pool.query(
      "select name, length(sha256) as length from spendspan_migration order by name",
    );
    expect(rows).toEqual(names.map((name) => ({ name, length: 64 })));
  }));

test("twenty processes that migrate at once apply each file once, and none of them fails", () =>
  withEmptyDatabase(async ({ url }) => {
    const pools = await Promise.all(
      Array.from({ length: 20 }, () =>
        openPool({ url, logger: new KeptLogger(), maxConnections: 1 }),
      ),
    );
    await withFiles(TWO, async (directory) => {
      const applied = await Promise.all(pools.map((pool) => migrate(pool, { directory })));
      expect(applied.flat().sort()).toEqual(["0001_one", "0002_two"]);
    });
    await Promise.all(pools.map((pool) => pool.end()));
  }));

test("a new file is applied to a database that has the old ones", () =>
  withEmptyDatabase(async ({ pool }) => {
    await withFiles(ONE, (directory) => migrate(pool, { directory }));
    expect(await withFiles(TWO, (directory) => migrate(pool, { directory }))).toEqual(["0002_two"]);
  }));

test("a file that fails is rolled back whole, and named", () =>
  withEmptyDatabase(async ({ pool }) => {
    const files = { "0001_half.sql": "create table half (); select 1 / 0;" };
    await withFiles(files, async (directory) => {
      await expect(migrate(pool, { directory })).rejects.toThrow(
        "ERR_MIGRATION: 0001_half failed: division by zero",
      );
    });
    const { rows } = await pool.query(
      "select to_regclass('half') as half, to_regclass('spendspan_migration') as migrations",
    );
    expect(rows).toEqual([{ half: null, migrations: null }]);
  }));

test("a file that was edited after it was applied is refused", () =>
  withEmptyDatabase(async ({ pool }) => {
    await withFiles(ONE, (directory) => migrate(pool, { directory }));
    const edited = {
      "0001_one.sql": "create table other ();",
      "0002_two.sql": "create table two ();",
    };
    await withFiles(edited, async (directory) => {
      await expect(migrate(pool, { directory })).rejects.toThrow("0001_one was edited");
    });
  }));

test("line ends of Windows are no edit", () =>
  withEmptyDatabase(async ({ pool }) => {
    await withFiles({ "0001_one.sql": "select 1;\nselect 2;\n" }, (directory) =>
      migrate(pool, { directory }),
    );
    await withFiles({ "0001_one.sql": "select 1;\r\nselect 2;\r\n" }, async (directory) => {
      expect(await migrate(pool, { directory })).toEqual([]);
    });
  }));

test("a file that sorts before an applied one is refused", () =>
  withEmptyDatabase(async ({ pool }) => {
    const later = { "0002_two.sql": TWO["0002_two.sql"] };
    await withFiles(later, (directory) => migrate(pool, { directory }));
    await withFiles(TWO, async (directory) => {
      await expect(migrate(pool, { directory })).rejects.toThrow(
        "0001_one sorts before 0002_two, which is applied already",
      );
    });
  }));

test("a schema newer than the code is refused, with what to do about it", () =>
  withEmptyDatabase(async ({ pool }) => {
    await withFiles(TWO, (directory) => migrate(pool, { directory }));
    await withFiles(ONE, async (directory) => {
      await expect(migrate(pool, { directory })).rejects.toThrow(
        /newer than this version of spendspan: it has 0002_two. Upgrade spendspan/,
      );
    });
  }));

test("a role without the right to create tables can migrate a database that is up to date", () =>
  withDatabase(async ({ pool, url }) => {
    // Roles are the server's, not the database's: the name must be this test's own.
    const role = `onlooker_${new URL(url).pathname.slice(1)}`;
    await pool.query(`create role ${role} login password 'x'`);
    await pool.query(`grant select on spendspan_migration to ${role}`);
    const asRole = new URL(url);
    asRole.username = role;
    asRole.password = "x";
    const onlooker = await openPool({ url: asRole.href, logger: new KeptLogger() });
    expect(await migrate(onlooker)).toEqual([]);
    await onlooker.end();
    await pool.query(`drop owned by ${role}; drop role ${role}`);
  }));

test("where the files are missing, it says what to do in a bundle", () =>
  withEmptyDatabase(async ({ pool }) => {
    await expect(migrate(pool, { directory: "/nowhere/at/all" })).rejects.toThrow(
      /no schema yet.*npx spendspan migrate/,
    );
  }));

test("a bundled app, which has lost the files, takes a migrated database as it is", () =>
  withDatabase(async ({ pool }) => {
    expect(await migrate(pool, { directory: "/nowhere/at/all" })).toEqual([]);
  }));

async function withFiles<T>(
  files: Readonly<Record<string, string>>,
  fn: (directory: string) => Promise<T>,
): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), "migrations-"));
  try {
    for (const [name, sql] of Object.entries(files)) await writeFile(join(directory, name), sql);
    return await fn(directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}
