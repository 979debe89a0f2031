import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Pool } from "pg";
import { describe, expect, onTestFinished, test } from "vitest";

import { systemClock } from "../../src/base/clock.ts";
import { startEmbeddedPostgres } from "../../src/database/embedded.ts";
import { migrate } from "../../src/database/migrate.ts";
import { inTransaction, openPool } from "../../src/database/pool.ts";
import { findResourceEntries } from "../../src/ledger/resource-history.ts";
import { getUsageStats } from "../../src/stats/queries.ts";
import { type TestDatabase, withDatabase, withEmptyDatabase } from "../support/database.ts";
import { store } from "../support/ledger-rows.ts";
import { KeptLogger } from "../support/logger.ts";
import { withLogin } from "../support/login.ts";
import { aRecord } from "../support/record.ts";
import { runCommand } from "../support/terminal.ts";

const DENIED = { code: "42501" };
const READABLE = ["api_usage", "api_usage_hour", "api_usage_day"];
const OURS = [...READABLE, "api_usage_seal", "api_usage_reader"];

/** Two calls of acme and one of globex, made just now. */
async function fill(pool: Pool): Promise<void> {
  const startedAtMs = systemClock.now();
  const brands = ["acme", "acme", "globex"];
  await store(pool, ...brands.map((brand) => aRecord({ brand, startedAtMs })));
}

/** The brands that a session sees in each table, with `settings` as those of its transaction. */
function brandsSeen(pool: Pool, settings: Readonly<Record<string, string>>) {
  return inTransaction(pool, { timeoutMs: 0, readOnly: true }, async (client) => {
    for (const [name, value] of Object.entries(settings)) {
      await client.query("select set_config($1, $2, true)", [name, value]);
    }
    const seen: unknown[] = [];
    for (const table of READABLE) {
      const { rows } = await client.query(
        `select array_agg(distinct brand) as brands from ${table}`,
      );
      seen.push(rows[0].brands);
    }
    return seen;
  });
}

const claims = (appMetadata: unknown) => ({
  "request.jwt.claims": JSON.stringify({ role: "authenticated", app_metadata: appMetadata }),
});
const only = (...brands: readonly string[]) => [brands, brands, brands];
const NOTHING = [null, null, null];

describe("a writer", () => {
  test("adds rows, of any month, and sees none", () =>
    withDatabase((database) =>
      withLogin(database, "spendspan_writer", async ({ pool }) => {
        await store(pool, aRecord(), aRecord({ startedAtMs: 0 }));
        await pool.query("select api_usage_make_months_ahead(3)");
        for (const table of OURS) {
          await expect(pool.query(`select from ${table}`)).rejects.toMatchObject(DENIED);
          await expect(pool.query(`delete from ${table}`)).rejects.toMatchObject(DENIED);
        }
        await expect(pool.query("select from api_usage_y1970m01")).rejects.toMatchObject(DENIED);
        await expect(
          pool.query("insert into api_usage (brand) values ('acme')"),
        ).rejects.toMatchObject(DENIED);
        const { rows } = await database.pool.query("select count(*)::int as count from api_usage");
        expect(rows).toEqual([{ count: 2 }]);
      }),
    ));

  test("starts an app whose schema is up to date", () =>
    withDatabase((database) =>
      withLogin(database, "spendspan_writer", async ({ pool }) => {
        expect(await migrate(pool)).toEqual([]);
      }),
    ));

  test("goes on with a batch that another process handed in", () =>
    withDatabase(async (database) => {
      const job = aRecord({ entry: "job", resourceName: "batches/1", tokens: undefined });
      await store(database.pool, { ...job, usageStatus: "missing" }, aRecord());
      await withLogin(database, "spendspan_writer", async ({ pool }) => {
        expect(await findResourceEntries(pool, "batches/1")).toMatchObject([
          { id: job.id, entry: "job", brand: "acme" },
        ]);
      });
    }));
});

describe("a reader", () => {
  test.each([
    ["its setting", { "spendspan.brand": "acme" }, only("acme")],
    ["the brand in its token", claims({ brand: "globex" }), only("globex")],
    ["the brand's id in its token", claims({ brand_id: "globex" }), only("globex")],
    [
      "its setting, before any token",
      { "spendspan.brand": "acme", ...claims({ brand: "globex" }) },
      only("acme"),
    ],
    ["a brand without rows", { "spendspan.brand": "initech" }, NOTHING],
    ["no claim", {}, NOTHING],
    ["an empty setting", { "spendspan.brand": "" }, NOTHING],
    ["a token without a brand", claims({}), NOTHING],
    ["a token with brands that are no text", claims({ brand: ["acme", "globex"] }), NOTHING],
    ["a token of another form", { "request.jwt.claims": "[1]" }, NOTHING],
    ["a token that is no JSON", { "request.jwt.claims": "{acme" }, NOTHING],
    ["a claim of the user's own making", { "request.jwt.claims": '{"brand":"acme"}' }, NOTHING],
  ])("sees rows and sums by %s", (_, settings, seen) =>
    withDatabase(async (database) => {
      await fill(database.pool);
      await withLogin(database, "spendspan_reader", async ({ pool }) => {
        expect(await brandsSeen(pool, settings)).toEqual(seen);
        // The claim was the transaction's, and the next one in this session begins without.
        expect(await brandsSeen(pool, {})).toEqual(NOTHING);
      });
    }),
  );

  test("whose login belongs to a brand sees that one, whatever it claims", () =>
    withDatabase(async (database) => {
      await fill(database.pool);
      await withLogin(database, "spendspan_reader", async ({ name, pool }) => {
        await database.pool.query("insert into api_usage_reader values ($1, 'globex')", [name]);
        expect(await brandsSeen(pool, { "spendspan.brand": "acme" })).toEqual(only("globex"));
        expect(await brandsSeen(pool, claims({ brand: "acme" }))).toEqual(only("globex"));
      });
    }));

  test("can't put tables of its own before ours", () =>
    withDatabase(async (database) => {
      await fill(database.pool);
      await withLogin(database, "spendspan_reader", async ({ pool }) => {
        const seen = await pool.query(
          `create temporary table api_usage_reader as select session_user as login, 'acme' as brand;
           grant all on api_usage_reader to public;
           select count(*)::int as count from api_usage`,
        );
        expect(seen).toContainEqual(expect.objectContaining({ rows: [{ count: 0 }] }));
      });
      const { rows } = await database.pool.query(
        `select oid::regprocedure from pg_proc where pronamespace = 'public'::regnamespace
         and prosecdef and not array_to_string(proconfig, ' ') ~ 'search_path=.*, pg_temp$'`,
      );
      expect(rows).toEqual([]);
    }));

  test("neither adds nor changes anything, nor goes around the policies by a partition", () =>
    withDatabase(async (database) => {
      await fill(database.pool);
      await withLogin(database, "spendspan_reader", async ({ pool }) => {
        const { rows } = await database.pool.query<{ name: string }>(
          "select distinct tableoid::regclass::text as name from api_usage",
        );
        for (const statement of [
          `select from ${rows[0]?.name}`,
          "select from api_usage_seal",
          "select from api_usage_reader",
          "insert into api_usage_reader values (session_user, 'globex')",
          "update api_usage set estimated_cost_usd = 0",
          "delete from api_usage_hour",
          "select api_usage_add('[]')",
          "select api_usage_resource_entries('batches/1')",
          "select api_usage_make_seals()",
          "select api_usage_drop_partition('api_usage')",
          "select api_usage_grant_access()",
        ]) {
          await expect(pool.query(statement), statement).rejects.toMatchObject(DENIED);
        }
      });
    }));

  test("gets a report of its brand by the same command as everybody", () =>
    withDatabase(async (database) => {
      await fill(database.pool);
      await withLogin(database, "spendspan_reader", async ({ name, url }) => {
        await database.pool.query(`alter role ${name} set spendspan.brand = 'globex'`);
        const { printed } = await runCommand(["stats", "--json"], { DATABASE_URL: url });
        expect(JSON.parse(printed)).toMatchObject({
          total_requests: 1,
          total_cost_usd: "0.0008",
          by_brand: { globex: { requests: 1 } },
        });
      });
    }));

  test("reads no other brand's rows in order to find its own", () =>
    withDatabase(async (database) => {
      await fill(database.pool);
      await withLogin(database, "spendspan_reader", async ({ pool }) => {
        const { rows } = await pool.query<{ "QUERY PLAN": string }>(
          "explain (costs off) select from api_usage where created_at > now()",
        );
        const plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
        expect(plan).toMatch(/InitPlan/);
        expect(plan).toMatch(/brand = [^\n]*InitPlan|brand = \$0/);
      });
    }));
});

describe("an admin", () => {
  test("sees all, reprices and drops months, but takes no single row away", () =>
    withDatabase(async (database) => {
      await fill(database.pool);
      await store(database.pool, aRecord({ startedAtMs: 0 }));
      await withLogin(database, "spendspan_admin", async ({ pool, url }) => {
        expect(await brandsSeen(pool, {})).toEqual(only("acme", "globex"));
        const stats = await getUsageStats(pool, { days: 1 }, systemClock);
        expect(stats.total_requests).toBe(3);
        const args = ["reprice", "--since", "1970-01-01"];
        expect(await runCommand(args, { DATABASE_URL: url })).toMatchObject({ exitCode: 0 });
        await pool.query("select api_usage_drop_partition('api_usage_y1970m01')");
        await expect(pool.query("delete from api_usage")).rejects.toMatchObject(DENIED);
        await expect(pool.query("drop table api_usage_hour")).rejects.toMatchObject(DENIED);
        const { rows } = await pool.query("select count(*)::int as count from api_usage");
        expect(rows).toEqual([{ count: 3 }]);
      });
    }));

  test("drops nothing but a partition", () =>
    withDatabase(({ pool }) =>
      expect(pool.query("select api_usage_drop_partition('api_usage_hour')")).rejects.toThrow(
        "api_usage_hour is no partition of api_usage",
      ),
    ));
});

describe("where Supabase's functions and roles are", () => {
  test("who is logged in sees the brand of his token, and nobody else sees or adds anything", () =>
    withSupabase(async ({ pool }) => {
      await fill(pool);
      const as = (role: string, settings: Readonly<Record<string, string>>) =>
        brandsSeen(pool, { role, ...settings });
      expect(await as("authenticated", claims({ brand: "acme" }))).toEqual(only("acme"));
      expect(await as("authenticated", claims({ brand_id: "globex" }))).toEqual(only("globex"));
      expect(await as("authenticated", claims({}))).toEqual(NOTHING);
      expect(await as("authenticated", { "spendspan.brand": "acme" })).toEqual(NOTHING);
      await expect(as("anon", claims({ brand: "acme" }))).rejects.toMatchObject(DENIED);
      // The backend's, which bypasses policies.
      expect(await as("service_role", {})).toEqual(only("acme", "globex"));
    }));

  test("what is granted to everybody by default leads nowhere", () =>
    withSupabase(async ({ pool }) => {
      await fill(pool);
      const { rows } = await pool.query<{ name: string }>(
        "select distinct tableoid::regclass::text as name from api_usage",
      );
      const attempts = [
        "insert into api_usage_hour select * from api_usage_hour",
        "update api_usage set estimated_cost_usd = 0",
        "delete from api_usage_day",
        "truncate api_usage",
        `truncate ${rows[0]?.name}`,
        "select from spendspan_migration",
        "select from api_usage_seal",
        "select from api_usage_reader",
        "select api_usage_add('[]')",
        "select api_usage_resource_entries('batches/1')",
        "select api_usage_make_seals()",
      ];
      for (const attempt of attempts) {
        const script = `set role authenticated; ${attempt}`;
        await expect(pool.query(script), attempt).rejects.toMatchObject(DENIED);
      }
      const partition = await pool.query(
        `begin; set local role authenticated; select count(*)::int as count from ${rows[0]?.name}; commit`,
      );
      expect(partition).toContainEqual(expect.objectContaining({ rows: [{ count: 0 }] }));
    }));
});

test("a role that may not make roles migrates all the same, and a superuser adds them later", async () => {
  const directory = await mkdtemp(join(tmpdir(), "spendspan-access-"));
  const logger = new KeptLogger();
  // A server of its own: on the one of the other tests the roles are there.
  const server = await startEmbeddedPostgres({
    dataDir: join(directory, "pg"),
    logger,
    fsync: false,
  });
  onTestFinished(async () => {
    await server.stop();
    await rm(directory, { recursive: true });
  });
  const superuser = await openPool({ url: server.url, logger });
  await superuser.query(
    "create role app login password 'x'; create schema ledger authorization app",
  );
  const url = Object.assign(new URL(server.url), { username: "app", password: "x" });
  url.searchParams.set("options", "-c search_path=ledger");
  const app = await openPool({ url: url.href, logger });
  await migrate(app);
  await fill(app);
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

/** What Supabase has in every database: these roles and functions, and these default privileges. */
async function withSupabase(fn: (database: TestDatabase) => Promise<void>): Promise<void> {
  await withEmptyDatabase(async (database) => {
    const { pool } = database;
    await pool.query(
      `do $$ begin
         perform pg_advisory_xact_lock(1);
         if to_regrole('authenticated') is null then
           create role anon nologin;
           create role authenticated nologin;
           create role service_role nologin bypassrls;
         end if;
       end $$`,
    );
    await pool.query(
      `create schema auth;
       grant usage on schema auth to anon, authenticated, service_role;
       create function auth.jwt() returns jsonb language sql stable as $$
         select coalesce(nullif(current_setting('request.jwt.claim', true), ''),
           nullif(current_setting('request.jwt.claims', true), ''))::jsonb $$;
       create function auth.role() returns text language sql stable as $$
         select auth.jwt() ->> 'role' $$;
       alter default privileges in schema public
         grant all on tables to anon, authenticated, service_role;
       alter default privileges in schema public
         grant all on functions to anon, authenticated, service_role;`,
    );
    await migrate(pool);
    await fn(database);
  });
}
