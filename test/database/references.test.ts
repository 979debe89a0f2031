import type { Pool } from "pg";
import { expect, test } from "vitest";

import { migrate } from "../../src/database/migrate.ts";
import { lineOf } from "../../src/ledger/row-line.ts";
import { withDatabase, withEmptyDatabase } from "../support/database.ts";
import { store } from "../support/ledger-rows.ts";
import { untilSomebodyWaits } from "../support/lock-wait.ts";
import { withLogin } from "../support/login.ts";
import { aRecord, NOON_MS } from "../support/record.ts";

const BRAND = "0f0e0d0c-0b0a-4000-8000-000000000001";
const CAMPAIGN = "0f0e0d0c-0b0a-4000-8000-00000000000a";
const NOBODY = "0f0e0d0c-0b0a-4000-8000-00000000ffff";
const LAST_YEAR_MS = NOON_MS - 365 * 86_400_000;
const OURS = { brand: BRAND, campaign: CAMPAIGN };

/** The tables of an app like the seed's, with one row each. */
const APP_TABLES = `
  create table brands (id uuid primary key default gen_random_uuid());
  create table campaigns (id uuid primary key default gen_random_uuid());
  insert into brands values ('${BRAND}');
  insert into campaigns values ('${CAMPAIGN}');`;

async function contents(pool: Pool): Promise<readonly object[]> {
  const { rows } = await pool.query(
    `select brand, brand_id, campaign, campaign_id, trim_scale(estimated_cost_usd)::text as usd
     from api_usage order by created_at`,
  );
  return rows;
}

test("a brand and a campaign that are deleted leave their rows, with tag and cost", () =>
  withEmptyDatabase(async ({ pool }) => {
    await pool.query(APP_TABLES);
    await migrate(pool);
    await store(pool, aRecord({ ...OURS, startedAtMs: LAST_YEAR_MS }), aRecord(OURS));
    const usage = { brand: BRAND, campaign: CAMPAIGN, usd: "0.0008" };
    const both = { ...usage, brand_id: BRAND, campaign_id: CAMPAIGN };
    expect(await contents(pool)).toEqual([both, both]);
    await pool.query("delete from brands");
    const noBrand = { ...usage, brand_id: null, campaign_id: CAMPAIGN };
    expect(await contents(pool)).toEqual([noBrand, noBrand]);
    await pool.query("delete from campaigns");
    const neither = { ...usage, brand_id: null, campaign_id: null };
    expect(await contents(pool)).toEqual([neither, neither]);
  }));

test("a row that comes when its brand is gone lands, and so does the rest of its batch", () =>
  withEmptyDatabase(async ({ pool }) => {
    await pool.query(APP_TABLES);
    await migrate(pool);
    await store(
      pool,
      aRecord({ ...OURS, startedAtMs: LAST_YEAR_MS }),
      aRecord({ brand: NOBODY, campaign: NOBODY }),
    );
    expect(await contents(pool)).toMatchObject([
      { brand_id: BRAND, campaign_id: CAMPAIGN },
      { brand: NOBODY, brand_id: null, campaign: NOBODY, campaign_id: null, usd: "0.0008" },
    ]);
  }));

test("a brand that is deleted while its row is being written is deleted afterwards", () =>
  withEmptyDatabase(async ({ pool }) => {
    await pool.query(APP_TABLES);
    await migrate(pool);
    const writer = await pool.connect();
    await writer.query("begin");
    await writer.query("select api_usage_add($1)", [lineOf(aRecord({ brand: BRAND }))]);
    const deletion = pool.query("delete from brands");
    await untilSomebodyWaits(pool);
    await writer.query("commit");
    writer.release();
    await deletion;
    expect(await contents(pool)).toMatchObject([{ brand: BRAND, brand_id: null }]);
  }));

test("rows that were there before the tables are taken along, whatever they refer to", () =>
  withDatabase(async ({ pool }) => {
    await store(
      pool,
      aRecord({ ...OURS, startedAtMs: LAST_YEAR_MS }),
      aRecord({ ...OURS, brand: NOBODY }),
    );
    await pool.query(APP_TABLES);
    await pool.query("select api_usage_add_references(), api_usage_add_references()");
    expect(await contents(pool)).toMatchObject([
      { brand_id: BRAND, campaign_id: CAMPAIGN },
      { brand: NOBODY, brand_id: null, campaign_id: CAMPAIGN },
    ]);
  }));

test("tables of that name with another id are left alone, and rows land as ever", () =>
  withEmptyDatabase(async ({ pool }) => {
    await pool.query(
      "create table brands (id bigint primary key); create view campaigns as select 1",
    );
    await migrate(pool);
    await store(pool, aRecord(OURS));
    expect(await contents(pool)).toMatchObject([{ brand_id: BRAND, campaign_id: CAMPAIGN }]);
  }));

test("who may only write needs no right on brands", () =>
  withEmptyDatabase(async (database) => {
    await database.pool.query(APP_TABLES);
    await migrate(database.pool);
    await withLogin(database, "spendspan_writer", ({ pool }) => store(pool, aRecord(OURS)));
    expect(await contents(database.pool)).toMatchObject([{ brand_id: BRAND }]);
  }));
