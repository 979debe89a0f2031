/** How a server gets the ledger's roles, which belong to all its databases. */
import { join } from "node:path";

import type { Pool } from "pg";
import { expect, onTestFinished, test } from "vitest";

import { startEmbeddedPostgres } from "../../src/database/embedded.ts";
import { migrate } from "../../src/database/migrate.ts";
import { openPool } from "../../src/database/pool.ts";
import { brandsSeen, fillBrands, only } from "../support/access.ts";
import { KeptLogger } from "../support/logger.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const ROLES = "select rolname from pg_roles where rolname like 'spendspan\\_%' order by 1";
const logger = new KeptLogger();

/** A server without the roles, as the one of the other tests isn't. Closes with the test. */
async function aServer() {
  const dataDir = join(temporaryDirectory(), "postgres");
  const server = await startEmbeddedPostgres({ dataDir, logger, fsync: false });
  const pools: Pool[] = [];
  onTestFinished(async () => {
    await Promise.all(pools.map((pool) => pool.end()));
    await server.stop();
  });
  /** As the superuser, in the database `postgres`, but for what `parts` of the URL name. */
  return async (parts: Readonly<Partial<URL>> = {}): Promise<Pool> => {
    const pool = await openPool({ url: Object.assign(new URL(server.url), parts).href, logger });
    pools.push(pool);
    return pool;
  };
}

test("a login that may not make roles migrates all the same, and a superuser adds them later", async () => {
  const open = await aServer();
  const superuser = await open();
  await superuser.query(
    `create role app login password 'x';
     create role look login password 'x';
     create schema ledger authorization app`,
  );
  const inSchema = { password: "x", search: "?options=-c%20search_path%3Dledger" };
  const app = await open({ username: "app", ...inSchema });
  await migrate(app);
  await fillBrands(app);
  expect(await brandsSeen(app, {})).toEqual(only("acme", "globex"));
  expect((await superuser.query(ROLES)).rows).toEqual([]);

  await superuser.query("select ledger.api_usage_grant_access()");
  expect((await superuser.query(ROLES)).rows).toHaveLength(3);
  await superuser.query("grant spendspan_reader to app, look");
  // The owner is bound by no policy; another is, in whatever schema the ledger lies.
  expect(await brandsSeen(app, {})).toEqual(only("acme", "globex"));
  const look = await open({ username: "look", ...inSchema });
  expect(await brandsSeen(look, { "spendspan.brand": "acme" })).toEqual(only("acme"));
});

test("databases that are migrated at once make the roles once, and none of them fails", async () => {
  const open = await aServer();
  const superuser = await open();
  const names = ["one", "two", "three", "four"];
  for (const name of names) await superuser.query(`create database ${name}`);
  const databases = await Promise.all(names.map((name) => open({ pathname: name })));
  const [first, ...others] = await Promise.all(databases.map((pool) => migrate(pool)));
  expect(first).toContain("0008_access");
  expect(others).toEqual([first, first, first]);
  expect((await superuser.query(ROLES)).rows).toHaveLength(3);
});
