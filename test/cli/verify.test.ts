import { createHash } from "node:crypto";

import type { Pool } from "pg";
import { describe, expect, test } from "vitest";

import { type TestDatabase, withDatabase } from "../support/database.ts";
import { adjust, store, unguarded } from "../support/ledger-rows.ts";
import { withLogin } from "../support/login.ts";
import { aRecord } from "../support/record.ts";
import { runCommand } from "../support/terminal.ts";

const OCTOBER_5_MS = Date.parse("2024-10-05T12:00:00Z");
const SEPTEMBER_30_MS = Date.parse("2024-09-30T23:00:00Z");
const DIGEST = /^[0-9a-f]{64}$/;

/** From here on, rows come at `moment`, by the clock of the database. */
async function clockAt(pool: Pool, moment: string): Promise<void> {
  await pool.query(`alter table api_usage alter ingested_at set default '${moment}'`);
}

/** 2024-10-05: two calls, and a late one of September. 2024-10-07: one call. */
async function fill({ pool }: TestDatabase): Promise<void> {
  await clockAt(pool, "2024-10-05T12:00:01Z");
  await store(
    pool,
    aRecord({ startedAtMs: OCTOBER_5_MS }),
    aRecord({ startedAtMs: OCTOBER_5_MS + 1, brand: "globex" }),
    aRecord({ startedAtMs: SEPTEMBER_30_MS }),
  );
  await clockAt(pool, "2024-10-07T00:00:00Z");
  await store(pool, aRecord({ startedAtMs: OCTOBER_5_MS + 2 * 86_400_000 }));
}

function verify({ url }: TestDatabase, ...args: readonly string[]) {
  return runCommand(["verify", ...args], { DATABASE_URL: url });
}

async function report(database: TestDatabase, ...args: readonly string[]) {
  const { exitCode, printed } = await verify(database, "--json", ...args);
  return { exitCode, ...JSON.parse(printed) };
}

/** Runs `fn` with a ledger whose two days are sealed. */
function withSealed(fn: (database: TestDatabase, seal: string) => Promise<void>) {
  return withDatabase(async (database) => {
    await fill(database);
    const { sealed } = await report(database);
    await fn(database, sealed.newest_seal);
  });
}

test("seals days that are over, and finds them again as they were", () =>
  withDatabase(async (database) => {
    await fill(database);
    const first = await report(database);
    expect(first).toEqual({
      exitCode: 0,
      faults: [],
      sealed: {
        days: 2,
        rows: 4,
        first_day: "2024-10-05",
        last_day: "2024-10-07",
        newest_seal: expect.stringMatching(DIGEST),
      },
      newly_sealed_days: 2,
      dropped_months: [],
    });
    expect(await report(database)).toEqual({ ...first, newly_sealed_days: 0 });
    expect((await verify(database)).printed).toBe(
      [
        "No row was changed",
        "",
        "4 rows of 2 days sealed, 2024-10-05 to 2024-10-07; 0 of these now",
        `Newest seal: ${first.sealed.newest_seal}`,
        "Keep it where nobody can change it, and give it to a later run as --seal",
      ].join("\n"),
    );
  }));

test("neither today nor yesterday is sealed, to which rows may still be on their way", () =>
  withDatabase(async (database) => {
    await store(database.pool, aRecord());
    await database.pool.query(
      "alter table api_usage alter ingested_at set default now() - interval '1 day'",
    );
    await store(database.pool, aRecord());
    expect(await report(database)).toMatchObject({ sealed: null });
  }));

describe("names the day", () => {
  const OF_OCTOBER_5 = { fault: "rows", day: "2024-10-05", month: "2024-10" };
  test.each([
    [
      "of a row that was changed",
      "update api_usage set estimated_cost_usd = 0 where brand = 'globex'",
      [{ ...OF_OCTOBER_5, sealed_rows: 2, found_rows: 2 }],
      "2024-10-05, calls of 2024-10: of 2 rows at least one was changed",
    ],
    [
      "of a row that was taken away",
      "delete from api_usage where brand = 'globex'",
      [{ ...OF_OCTOBER_5, sealed_rows: 2, found_rows: 1 }],
      "2024-10-05, calls of 2024-10: 2 rows came, 1 are there",
    ],
    [
      "whose only row of a month was taken away",
      "delete from api_usage where created_at < '2024-10-01'",
      [{ ...OF_OCTOBER_5, month: "2024-09", sealed_rows: 1, found_rows: 0 }],
      "2024-10-05, calls of 2024-09: 1 row came, 0 are there",
    ],
    [
      "of which a row was moved to another, and that one",
      "update api_usage set ingested_at = '2024-10-06' where ingested_at = '2024-10-07'",
      [
        { fault: "rows", day: "2024-10-06", month: "2024-10", sealed_rows: null, found_rows: 1 },
        { fault: "rows", day: "2024-10-07", month: "2024-10", sealed_rows: 1, found_rows: 0 },
      ],
      "2024-10-06, calls of 2024-10: 1 row came in afterwards",
    ],
    [
      "to which a row was slipped in before all others",
      "update api_usage set ingested_at = '2024-10-04' where brand = 'globex'",
      [
        { fault: "rows", day: "2024-10-04", month: "2024-10", sealed_rows: null, found_rows: 1 },
        { ...OF_OCTOBER_5, sealed_rows: 2, found_rows: 1 },
      ],
      "2024-10-04, calls of 2024-10: 1 row came in afterwards",
    ],
    [
      "of a seal that was made to fit, by its rows",
      "update api_usage_seal set row_count = 3 where day = '2024-10-05' and month = '2024-10-01'",
      [{ fault: "seal", day: "2024-10-05", month: "2024-10" }],
      "2024-10-05, calls of 2024-10: the seal was changed, or the one before it",
    ],
  ])("%s", (_, tampering, faults, sentence) =>
    withSealed(async (database) => {
      await unguarded(database.pool, tampering);
      expect(await report(database)).toMatchObject({ exitCode: 1, faults });
      const { exitCode, printed, complaints } = await verify(database);
      expect(exitCode).toBe(1);
      expect(printed).toContain(sentence);
      expect(complaints).toBe("ERR_SEAL_BROKEN: The ledger was changed behind its back");
    }),
  );
});

test("what comes late, and what corrects an old row, is of the day on which it came", () =>
  withSealed(async (database, seal) => {
    const { pool } = database;
    await clockAt(pool, "2024-10-09T08:00:00Z");
    const late = aRecord({ startedAtMs: OCTOBER_5_MS + 3 });
    await store(pool, late);
    await adjust(pool, late, { difference: "-0.0001", from: "priced", to: "priced" });
    const next = await report(database, "--seal", seal);
    expect(next).toMatchObject({ exitCode: 0, faults: [], newly_sealed_days: 1 });
    expect(next.sealed).toMatchObject({ days: 3, rows: 6, last_day: "2024-10-09" });
    expect(next.sealed.newest_seal).not.toBe(seal);
  }));

test("a chain that was made anew as a whole doesn't have the seal that was kept elsewhere", () =>
  withSealed(async (database, seal) => {
    await unguarded(
      database.pool,
      "update api_usage set estimated_cost_usd = 0; truncate api_usage_seal",
    );
    expect(await report(database)).toMatchObject({ exitCode: 0 });
    expect(await report(database, "--seal", seal)).toMatchObject({
      exitCode: 1,
      faults: [{ fault: "kept_seal", seal }],
    });
    expect((await verify(database, "--seal", seal)).printed).toContain(
      `Seal ${seal} is not in the chain: it was made anew`,
    );
  }));

describe("a month that was dropped", () => {
  test.each([
    ["by prune", "select api_usage_drop_partition('api_usage_y2024m09')"],
    ["by hand", "drop table api_usage_y2024m09"],
  ])("%s is no fault, and named", (_, drop) =>
    withSealed(async (database, seal) => {
      await database.pool.query(drop);
      expect(await report(database, "--seal", seal)).toMatchObject({
        exitCode: 0,
        faults: [],
        dropped_months: ["2024-09"],
      });
      expect((await verify(database)).printed).toContain(
        "Dropped with their partitions, and not there to be checked: calls of 2024-09",
      );
    }),
  );

  test("stays so when a row of it comes late, which is then sealed like any other", () =>
    withSealed(async (database) => {
      await database.pool.query("select api_usage_drop_partition('api_usage_y2024m09')");
      await clockAt(database.pool, "2024-10-09T08:00:00Z");
      await store(database.pool, aRecord({ startedAtMs: SEPTEMBER_30_MS }));
      expect(await report(database)).toMatchObject({ faults: [], newly_sealed_days: 1 });
      await unguarded(database.pool, "delete from api_usage_y2024m09");
      expect(await report(database)).toMatchObject({
        faults: [{ day: "2024-10-09", month: "2024-09", sealed_rows: 1, found_rows: 0 }],
      });
    }));
});

test("a brand that is deleted changes no seal", () =>
  withDatabase(async (database) => {
    const brand = "0f0e0d0c-0b0a-4000-8000-000000000001";
    const { pool } = database;
    await pool.query(
      `create table brands (id uuid primary key); insert into brands values ('${brand}');
       select api_usage_add_references()`,
    );
    await clockAt(pool, "2024-10-05T12:00:01Z");
    await store(pool, aRecord({ brand }));
    await report(database);
    await pool.query("delete from brands");
    expect(await report(database)).toMatchObject({ exitCode: 0, faults: [] });
  }));

test("a column that is added later changes no seal", () =>
  withSealed(async (database) => {
    await database.pool.query("alter table api_usage add column region text");
    expect(await report(database)).toMatchObject({ exitCode: 0, faults: [] });
  }));

test("the time zone and the notation of a session change no seal", () =>
  withSealed(async (database) => {
    const name = new URL(database.url).pathname.slice(1);
    await database.pool.query(
      `alter database ${name} set timezone to 'Asia/Kolkata';
       alter database ${name} set datestyle to 'German';
       alter database ${name} set extra_float_digits to -10`,
    );
    expect(await report(database)).toMatchObject({ exitCode: 0, faults: [] });
  }));

test("anybody can compute a seal again, from the one before it", () =>
  withSealed(async ({ pool }) => {
    const { rows } = await pool.query(
      `select day::text, month::text, row_count, rows_sha256, seal
       from api_usage_seal order by day, month`,
    );
    expect(rows).toHaveLength(3);
    let previous: readonly string[] = [];
    for (const { seal, ...contents } of rows) {
      const text = [...previous, ...Object.values(contents)].join(" ");
      expect(seal).toBe(createHash("sha256").update(text).digest("hex"));
      previous = [seal];
    }
  }));

test("sixteen that seal at once make one chain", () =>
  withDatabase(async (database) => {
    await fill(database);
    const runs = await Promise.all(Array.from({ length: 16 }, () => report(database)));
    const days = runs.map(({ newly_sealed_days }) => newly_sealed_days);
    expect(days.reduce((sum, count) => sum + count, 0)).toBe(2);
    expect(await report(database)).toMatchObject({ exitCode: 0, sealed: { days: 2, rows: 4 } });
  }));

test("an admin's rights are enough", () =>
  withDatabase(async (database) => {
    await fill(database);
    await withLogin(database, "spendspan_admin", async ({ pool, url }) => {
      expect(await report({ pool, url })).toMatchObject({ exitCode: 0, newly_sealed_days: 2 });
      expect(await report({ pool, url })).toMatchObject({ exitCode: 0, newly_sealed_days: 0 });
    });
  }));

test.each(["nope", "0".repeat(63), "0".repeat(65), "A".repeat(64)])(
  "what can't be a seal, %s, is told instead of a ledger that was changed",
  async (seal) => {
    const url = "postgres://nobody@127.0.0.1:1/none";
    const { exitCode, complaints } = await runCommand(["verify", "--seal", seal], {
      DATABASE_URL: url,
    });
    expect(exitCode).toBe(2);
    expect(complaints).toMatch(/^Expected --seal to be 64 hex digits, as printed, got /);
  },
);

test("an empty ledger has nothing to verify, and says so", () =>
  withDatabase(async (database) => {
    const { exitCode, printed } = await verify(database);
    expect(exitCode).toBe(0);
    expect(printed).toBe(
      "No row was changed\n\nNothing is sealed yet: a day is, when the next one is over as well",
    );
  }));
