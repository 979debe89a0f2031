import type { Pool } from "pg";
import { expect, test } from "vitest";

import { makeMonthsAhead, withMonthsAhead } from "../../src/ledger/months-ahead.ts";
import { withDatabase } from "../support/database.ts";
import { store } from "../support/ledger-rows.ts";
import { KeptLogger } from "../support/logger.ts";
import { withLogin } from "../support/login.ts";
import { aRecord } from "../support/record.ts";

const DAY_MS = 86_400_000;

test("the months to come are made when first connected, and once a day from then on", () =>
  withDatabase(async ({ pool }) => {
    const all = await partitionsOf(pool);
    // This month and the next two, made by migrating.
    expect(all).toHaveLength(3);
    let nowMs = 5;
    const clock = { now: () => 0, monotonicMs: () => nowMs };
    const connect = withMonthsAhead(async () => pool, clock, new KeptLogger());

    await pool.query(`drop table ${all[2]}`);
    await connect();
    await expect.poll(() => partitionsOf(pool)).toEqual(all);

    await pool.query(`drop table ${all[1]}`);
    nowMs += DAY_MS - 1;
    await connect();
    await settled(pool);
    expect(await partitionsOf(pool)).toEqual([all[0], all[2]]);

    nowMs += 1;
    await connect();
    await expect.poll(() => partitionsOf(pool)).toEqual(all);
  }));

test("a writer's rights are enough", () =>
  withDatabase(async (database) => {
    const all = await partitionsOf(database.pool);
    await database.pool.query(`drop table ${all[2]}`);
    await withLogin(database, "spendspan_writer", ({ pool }) => makeMonthsAhead(pool));
    expect(await partitionsOf(database.pool)).toEqual(all);
  }));

test("a role that may not gets its connection all the same, and its rows land", () =>
  withDatabase(async (database) => {
    await database.pool.query(
      "revoke execute on function api_usage_make_months_ahead from spendspan_writer",
    );
    const logger = new KeptLogger();
    const clock = { now: () => 0, monotonicMs: () => 0 };
    await withLogin(database, "spendspan_writer", async ({ pool }) => {
      const connected = await withMonthsAhead(async () => pool, clock, logger)();
      await store(connected, aRecord(), aRecord({ startedAtMs: Date.UTC(2031, 5, 1) }));
      await expect
        .poll(() => logger.infos)
        .toEqual([
          "Partitions of the next months were not made: permission denied for function api_usage_make_months_ahead",
        ]);
    });
    expect(logger.warnings).toEqual([]);
    expect((await database.pool.query("select from api_usage")).rowCount).toBe(2);
  }));

async function partitionsOf(pool: Pool): Promise<readonly string[]> {
  const { rows } = await pool.query<{ name: string }>(
    "select inhrelid::regclass::text as name from pg_inherits where inhparent = 'api_usage'::regclass order by 1",
  );
  return rows.map(({ name }) => name);
}

/** All that was asked of the pool is done: its connections are taken in turn. */
async function settled(pool: Pool): Promise<void> {
  const clients = await Promise.all(Array.from({ length: 4 }, () => pool.connect()));
  for (const client of clients) client.release();
}
