import type { Pool } from "pg";
import { expect, test, vi } from "vitest";

import { openPool } from "../../src/database/pool.ts";
import { withMonthsAhead } from "../../src/ledger/months-ahead.ts";
import { withDatabase } from "../support/database.ts";
import { store } from "../support/ledger-rows.ts";
import { KeptLogger } from "../support/logger.ts";
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
    await vi.waitFor(async () => expect(await partitionsOf(pool)).toEqual(all));

    await pool.query(`drop table ${all[1]}`);
    nowMs += DAY_MS - 1;
    await connect();
    await settled(pool);
    expect(await partitionsOf(pool)).toEqual([all[0], all[2]]);

    nowMs += 1;
    await connect();
    await vi.waitFor(async () => expect(await partitionsOf(pool)).toEqual(all));
  }));

test("a role that may not gets its connection all the same, and its rows land", () =>
  withDatabase(async ({ pool, url }) => {
    const role = `writer_${new URL(url).pathname.slice(1)}`;
    await pool.query(`create role ${role} login password 'x'`);
    await pool.query(`grant execute on function api_usage_add to ${role}`);
    const asRole = new URL(url);
    asRole.username = role;
    asRole.password = "x";
    const logger = new KeptLogger();
    const writers = await openPool({ url: asRole.href, logger });
    const clock = { now: () => 0, monotonicMs: () => 0 };

    const connected = await withMonthsAhead(async () => writers, clock, logger)();
    await store(connected, aRecord(), aRecord({ startedAtMs: Date.UTC(2031, 5, 1) }));
    await vi.waitFor(() =>
      expect(logger.infos).toEqual([
        "Partitions of the next months were not made: permission denied for function api_usage_make_months_ahead",
      ]),
    );
    expect(logger.warnings).toEqual([]);
    expect((await pool.query("select from api_usage")).rowCount).toBe(2);

    await writers.end();
    await pool.query(`drop owned by ${role}; drop role ${role}`);
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
