import { describe, expect, test } from "vitest";

import { systemClock } from "../../src/base/clock.ts";
import { migrate } from "../../src/database/migrate.ts";
import { findResourceEntries } from "../../src/ledger/resource-history.ts";
import { getUsageStats } from "../../src/stats/queries.ts";
import {
  brandsSeen,
  claims,
  fillBrands,
  NOTHING,
  notRefused,
  only,
  partitionOf,
} from "../support/access.ts";
import { withDatabase } from "../support/database.ts";
import { store } from "../support/ledger-rows.ts";
import { withLogin } from "../support/login.ts";
import { aRecord } from "../support/record.ts";
import { runCommand } from "../support/terminal.ts";

describe("a writer", () => {
  test("adds rows, of any month, and sees none", () =>
    withDatabase((database) =>
      withLogin(database, "spendspan_writer", async ({ pool }) => {
        await store(pool, aRecord(), aRecord({ startedAtMs: 0 }));
        await pool.query("select api_usage_make_months_ahead(3)");
        const attempts = [
          "select from api_usage",
          "select from api_usage_y1970m01",
          "select from api_usage_hour",
          "select from api_usage_day",
          "select from api_usage_seal",
          "select from api_usage_reader",
          "insert into api_usage (brand) values ('acme')",
          "update api_usage_hour set cost_usd = 0",
          "delete from api_usage",
          "select api_usage_make_month(now())",
          "select api_usage_seal_next_day()",
        ];
        expect(await notRefused(pool, attempts)).toEqual([]);
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
      await fillBrands(database.pool);
      await withLogin(database, "spendspan_reader", async ({ pool }) => {
        expect(await brandsSeen(pool, settings)).toEqual(seen);
        // The claim was the transaction's, and the next one in this session begins without.
        expect(await brandsSeen(pool, {})).toEqual(NOTHING);
      });
    }),
  );

  test("whose login belongs to a brand sees that one, whatever it claims", () =>
    withDatabase(async (database) => {
      await fillBrands(database.pool);
      await withLogin(database, "spendspan_reader", async ({ name, pool }) => {
        await database.pool.query("insert into api_usage_reader values ($1, 'globex')", [name]);
        expect(await brandsSeen(pool, { "spendspan.brand": "acme" })).toEqual(only("globex"));
        expect(await brandsSeen(pool, claims({ brand: "acme" }))).toEqual(only("globex"));
      });
    }));

  test("can't put tables of its own before ours", () =>
    withDatabase(async (database) => {
      await fillBrands(database.pool);
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
      await fillBrands(database.pool);
      await withLogin(database, "spendspan_reader", async ({ pool }) => {
        const attempts = [
          `select from ${await partitionOf(database.pool)}`,
          "select from api_usage_seal",
          "select from api_usage_reader",
          "insert into api_usage_reader values (session_user, 'globex')",
          "update api_usage set estimated_cost_usd = 0",
          "delete from api_usage_hour",
          "select api_usage_add('')",
          "select api_usage_resource_entries('batches/1')",
          "select api_usage_seal_next_day()",
          "select api_usage_drop_partition('api_usage')",
          "select api_usage_grant_access()",
        ];
        expect(await notRefused(pool, attempts)).toEqual([]);
      });
    }));

  test("gets a report of its brand by the same command as everybody", () =>
    withDatabase(async (database) => {
      await fillBrands(database.pool);
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
      await fillBrands(database.pool);
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
      await fillBrands(database.pool);
      await store(database.pool, aRecord({ startedAtMs: 0 }));
      await withLogin(database, "spendspan_admin", async ({ pool, url }) => {
        expect(await brandsSeen(pool, {})).toEqual(only("acme", "globex"));
        const stats = await getUsageStats(pool, { days: 1 }, systemClock);
        expect(stats.total_requests).toBe(3);
        const args = ["reprice", "--since", "1970-01-01"];
        expect(await runCommand(args, { DATABASE_URL: url })).toMatchObject({ exitCode: 0 });
        await pool.query("select api_usage_drop_partition('api_usage_y1970m01')");
        const attempts = ["delete from api_usage", "update api_usage_seal set row_count = 0"];
        expect(await notRefused(pool, attempts)).toEqual([]);
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
