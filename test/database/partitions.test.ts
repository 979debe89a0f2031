import type { Pool } from "pg";
import { expect, test } from "vitest";

import { withDatabase } from "../support/database.ts";
import { store } from "../support/ledger-rows.ts";
import { aRecord, NOON_MS } from "../support/record.ts";

const DAY_MS = 86_400_000;

/** `api_usage_y2026m11`, without those that were made ahead of today. */
async function partitionsWithRows(pool: Pool): Promise<readonly string[]> {
  const { rows } = await pool.query<{ name: string }>(
    "select distinct tableoid::regclass::text as name from api_usage order by 1",
  );
  return rows.map(({ name }) => name);
}

test("this month and the next two have partitions before there is a row", () =>
  withDatabase(async ({ pool }) => {
    const { rows } = await pool.query<{ missing: number }>(
      `select count(*)::int as missing from generate_series(0, 2) as ahead
       where to_regclass('api_usage_' || to_char(
         now() at time zone 'UTC' + make_interval(months => ahead), '"y"YYYY"m"MM')) is null`,
    );
    expect(rows).toEqual([{ missing: 0 }]);
  }));

test("a row of last year, of next year, and of a month's first and last moment lands", () =>
  withDatabase(async ({ pool }) => {
    const moments = [
      NOON_MS - 400 * DAY_MS,
      NOON_MS + 400 * DAY_MS,
      Date.parse("2026-11-01T00:00:00.000Z"),
      Date.parse("2026-10-31T23:59:59.999Z"),
    ];
    // One statement for all, so that several months are wanting at once.
    await store(pool, ...moments.map((startedAtMs) => aRecord({ startedAtMs })));
    expect(await partitionsWithRows(pool)).toEqual([
      "api_usage_y2025m10",
      "api_usage_y2026m10",
      "api_usage_y2026m11",
      "api_usage_y2027m12",
    ]);
  }));

test("a row of a month that somebody detached lands beside it, and so does the next", () =>
  withDatabase(async ({ pool }) => {
    const startedAtMs = NOON_MS - 400 * DAY_MS;
    const [before, late, later] = Array.from({ length: 3 }, () => aRecord({ startedAtMs }));
    await store(pool, before!);
    await pool.query("alter table api_usage detach partition api_usage_y2025m10");
    await store(pool, late!);
    // Some other month is wanting, and so all are looked at.
    await store(pool, later!, aRecord({ startedAtMs: NOON_MS - 500 * DAY_MS }));
    expect(await partitionsWithRows(pool)).toEqual([
      "api_usage_y2025m07",
      "api_usage_y2025m10_late",
    ]);
  }));

test("sixteen writers that want the same month at once make it once, and lose nothing", () =>
  withDatabase(async ({ pool }) => {
    const startedAtMs = NOON_MS - 3_000 * DAY_MS;
    const writers = Array.from({ length: 16 }, () => store(pool, aRecord({ startedAtMs })));
    await Promise.all(writers);
    const { rows } = await pool.query("select count(*)::int as rows from api_usage");
    expect(rows).toEqual([{ rows: 16 }]);
  }));

test("a rule that a row breaks is still its own fault, and named", () =>
  withDatabase(async ({ pool }) => {
    await expect(store(pool, aRecord({ attempt: 0 }))).rejects.toMatchObject({
      code: "23514",
      constraint: "api_usage_attempt_check",
    });
  }));
