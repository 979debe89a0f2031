/** How a server gets the ledger's roles, which belong to all its databases. */
import { join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { startEmbeddedPostgres } from "../../src/database/embedded.ts";
import { migrate } from "../../src/database/migrate.ts";
import { openPool } from "../../src/database/pool.ts";
import { brandsSeen, fillBrands, only } from "../support/access.ts";
import { withEmptyDatabase } from "../support/database.ts";
import { KeptLogger } from "../support/logger.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

test("a role that may not make roles migrates all the same, and a superuser adds them later", async () => {
  const logger = new KeptLogger();
  // A server of its own: on the one of the other tests the roles are there.
  const server = await startEmbeddedPostgres({
    dataDir: join(temporaryDirectory(), "postgres"),
    logger,
    fsync: false,
  });
  onTestFinished(() => server.stop());
  const superuser = await openPool({ url: server.url, logger });
  await superuser.query(
    "create role app login password 'x'; create schema ledger authorization app",
  );
  const url = Object.assign(new URL(server.url), { username: "app", password: "x" });
  url.searchParams.set("options", "-c search_path=ledger");
  const app = await openPool({ url: url.href, logger });
  await migrate(app);
  await fillBrands(app);
  expect(await brandsSeen(app, {})).toEqual(only("acme", "globex"));
  const roles = "select rolname from pg_roles where rolname like 'spendspan\\_%' order by 1";
  expect((await superuser.query(roles)).rows).toEqual([]);

  await superuser.query("select ledger.api_usage_grant_access()");
  expect((await superuser.query(roles)).rows).toHaveLength(3);
  await superuser.query("grant spendspan_reader to app");
  // The owner is bound by no policy, and a reader in another schema by the same ones.
  expect(await brandsSeen(app, {})).toEqual(only("acme", "globex"));
  await superuser.query("create role look login password 'x' in role spendspan_reader");
  url.username = "look";
  const look = await openPool({ url: url.href, logger });
  expect(await brandsSeen(look, { "spendspan.brand": "acme" })).toEqual(only("acme"));
  await Promise.all([look.end(), app.end(), superuser.end()]);
});

test("databases of one server that are migrated at once make the roles once, and none of them fails", () =>
  withEmptyDatabase(({ pool: one }) =>
    withEmptyDatabase(async ({ pool: other }) => {
      const applied = await Promise.all([migrate(one), migrate(other)]);
      expect(applied[0]).toEqual(applied[1]);
    }),
  ));
