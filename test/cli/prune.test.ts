import { expect, test } from "vitest";

import { systemClock } from "../../src/base/clock.ts";
import type { UsageRecord } from "../../src/usage/record.ts";
import { type TestDatabase, withDatabase } from "../support/database.ts";
import { store, unguarded } from "../support/ledger-rows.ts";
import { withLogin } from "../support/login.ts";
import { aRecord } from "../support/record.ts";
import { runCommand } from "../support/terminal.ts";

/** In the middle of a month of 2024. */
const month2024 = (month: number): number => Date.UTC(2024, month - 1, 15);

const OLD = [1, 1, 2, 3].map((month) => aRecord({ startedAtMs: month2024(month) }));

test("drops the months that end before one, says what was in them, and keeps their sums", () =>
  withLedger(OLD, async ({ pool, url }) => {
    const { exitCode, printed } = await runCommand(["prune", "--before", "2024-03"], {
      DATABASE_URL: url,
    });
    expect(exitCode).toBe(0);
    expect(printed.replaceAll(/\d+\.\d kB/g, "9.9 kB")).toBe(
      [
        "Dropped api_usage_y2024m01: 2 rows, 9.9 kB",
        "Dropped api_usage_y2024m02: 1 row, 9.9 kB",
        "Dropped 3 rows, 9.9 kB in all; the sums of hours and days stay",
      ].join("\n"),
    );
    const rows = await pool.query("select created_at from api_usage");
    expect(rows.rows).toEqual([{ created_at: new Date(month2024(3)) }]);
    const sums = await pool.query(
      "select sum(requests)::int as days, (select sum(requests)::int from api_usage_hour) as hours from api_usage_day",
    );
    expect(sums.rows).toEqual([{ days: 4, hours: 4 }]);
  }));

test("shows what it would drop, and drops nothing, by --dry-run", () =>
  withLedger(OLD, async ({ pool, url }) => {
    const { printed } = await runCommand(["prune", "--older-than=400d", "--dry-run"], {
      DATABASE_URL: url,
    });
    expect(printed).toMatch(/^Would drop 4 rows, .+ in all/m);
    expect((await pool.query("select from api_usage")).rowCount).toBe(4);
  }));

test("keeps a month until all of it is as old as was said", () =>
  withLedger([aRecord({ startedAtMs: systemClock.now() })], async ({ url }) => {
    const { exitCode, printed } = await runCommand(["prune", "--older-than", "1d"], {
      DATABASE_URL: url,
    });
    expect(exitCode).toBe(0);
    expect(printed).toMatch(/^Nothing to drop: no month of rows ends before 20\d\d-/);
  }));

test("gives up soon where a query holds the table, so that nobody waits behind it", () =>
  withLedger(OLD, async ({ pool, url }) => {
    const reader = await pool.connect();
    await reader.query("begin; select from api_usage");
    const { exitCode, complaints } = await runCommand(["prune", "--before", "2024-02"], {
      DATABASE_URL: url,
    });
    await reader.query("commit");
    reader.release();
    expect(exitCode).toBe(1);
    expect(complaints).toBe(
      "ERR_DATABASE: api_usage_y2024m01 was not dropped, as other queries use the ledger: try again later",
    );
    expect((await pool.query("select from api_usage")).rowCount).toBe(4);
  }));

test("a row that comes after its month was dropped lands, and counts in the sums", () =>
  withLedger(OLD, async ({ pool, url }) => {
    await runCommand(["prune", "--before", "2024-02"], { DATABASE_URL: url });
    await store(pool, aRecord({ startedAtMs: month2024(1) }));
    const { rows } = await pool.query(
      "select requests::int from api_usage_day where day = '2024-01-15'",
    );
    expect(rows).toEqual([{ requests: 3 }]);
  }));

test("an admin's rights are enough", () =>
  withLedger(OLD, (database) =>
    withLogin(database, "spendspan_admin", async ({ url }) => {
      const { exitCode, printed } = await runCommand(["prune", "--before", "2024-02"], {
        DATABASE_URL: url,
      });
      expect({ exitCode, printed }).toEqual({
        exitCode: 0,
        printed: expect.stringMatching(/^Dropped api_usage_y2024m01: 2 rows/),
      });
    }),
  ));

test("what was pruned is not missed by verify", () =>
  withLedger(OLD, async ({ pool, url }) => {
    // As if the rows had come long ago, which only who goes around the guards can do.
    await unguarded(pool, "update api_usage set ingested_at = created_at");
    await runCommand(["verify"], { DATABASE_URL: url });
    await runCommand(["prune", "--before", "2024-03"], { DATABASE_URL: url });
    const { exitCode, printed } = await runCommand(["verify"], { DATABASE_URL: url });
    expect(exitCode).toBe(0);
    expect(printed).toMatch(/^Of the months that are there, no row was changed/);
  }));

test.each([
  [[], "Expected either --older-than or --before: which months to drop"],
  [["--older-than=9d", "--before=2024-01"], "Expected either --older-than or --before"],
  [["--older-than=9"], "Expected --older-than to be a number of days, 400d, got '9'"],
  [["--older-than=0d"], "Expected --older-than to be a number of days, 400d, got '0d'"],
  [["--before=2024-13"], "Expected --before to be a month that has begun, 2026-01, got '2024-13'"],
  [["--before=0000-01"], "Expected --before to be a month that has begun"],
  [["--before=2024"], "Expected --before to be a month that has begun"],
  [[`--before=${new Date().getUTCFullYear() + 1}-01`], "to be a month that has begun"],
])("refuses %j, with the usage", async (args, message) => {
  const environment = { DATABASE_URL: "postgres://localhost:1/not-asked" };
  const { exitCode, complaints } = await runCommand(["prune", ...args], environment);
  expect(exitCode).toBe(2);
  expect(complaints).toContain(message);
  expect(complaints).toContain("\n\nUsage: spendspan prune");
});

async function withLedger(
  records: readonly UsageRecord[],
  fn: (database: TestDatabase) => Promise<void>,
): Promise<void> {
  await withDatabase(async (database) => {
    await store(database.pool, ...records);
    await fn(database);
  });
}
