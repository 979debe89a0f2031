import type { Pool } from "pg";
import { expect, test } from "vitest";

import { openPool } from "../../src/database/pool.ts";
import { insertRows } from "../../src/ledger/postgres.ts";
import { findResourceEntries } from "../../src/ledger/resource-history.ts";
import { lineOf } from "../../src/ledger/row-line.ts";
import type { UsageRecord } from "../../src/usage/record.ts";
import { withDatabase } from "../support/database.ts";
import { KeptLogger } from "../support/logger.ts";
import { untilSomebodyWaits } from "../support/lock-wait.ts";
import { aRecord, NOON_MS } from "../support/record.ts";
import { storedIds } from "../support/writer.ts";

const NAME = "cachedContents/abc";
const STORAGE = [{ kind: "cache_token_second", quantity: 3_600, cost: undefined }] as const;

function store(pool: Pool, ...records: readonly UsageRecord[]): Promise<void> {
  return insertRows(pool, records.map(lineOf), new AbortController().signal);
}

test("finds what began a resource and what was booked for it, oldest first, as it was recorded", () =>
  withDatabase(async ({ pool }) => {
    const made = aRecord({
      resourceName: NAME,
      campaign: "spring",
      user: "u-1",
      keyFingerprint: "f00d",
      items: STORAGE,
      tokens: { input: 5, cachedInput: 4, toolUse: 3, output: 2, thinking: 1 },
    });
    const bare = {
      entry: "storage",
      resourceName: NAME,
      requestedModel: undefined,
      model: undefined,
      tokens: undefined,
      traceId: undefined,
      spanId: undefined,
      startedAtMs: NOON_MS + 1,
      items: [{ kind: "video_second", quantity: 8, variant: "720p", cost: 0n }],
    } as const;
    const moved = aRecord(bare);
    await store(pool, moved, made, aRecord({ resourceName: "cachedContents/other" }));
    const found = await findResourceEntries(pool, NAME);
    expect(found).toHaveLength(2);
    for (const [at, record] of [made, moved].entries()) {
      expect(record).toMatchObject({ ...found[at] });
    }
  }));

test("leaves out a correction, which has the items of the row that it corrects", () =>
  withDatabase(async ({ pool }) => {
    const made = aRecord({ resourceName: NAME, items: STORAGE });
    await store(pool, made);
    await pool.query(
      `insert into api_usage (id, created_at, brand, entry, adjusts_id, prior_price_status, api_provider,
         api_endpoint, operation, resource_name, line_items, usage_status, estimated_cost_usd, price_status, status)
       select gen_random_uuid(), created_at, brand, 'adjustment', id, price_status, api_provider, api_endpoint,
         operation, resource_name, line_items, usage_status, -0.1, price_status, status
       from api_usage`,
    );
    expect((await findResourceEntries(pool, NAME)).map(({ id }) => id)).toEqual([made.id]);
  }));

test("leaves out the results of a job, of which there may be a hundred thousand", () =>
  withDatabase(async ({ pool }) => {
    const job = aRecord({ entry: "job", resourceName: NAME });
    await store(pool, job, aRecord({ resourceName: NAME }), aRecord({ resourceName: NAME }));
    expect((await findResourceEntries(pool, NAME)).map(({ id }) => id)).toEqual([job.id]);
  }));

test("a row of a resource whose id is there is left out, whatever its brand and time", () =>
  withDatabase(async ({ pool }) => {
    const result = aRecord({ resourceName: NAME });
    await store(pool, result);
    const other = aRecord({ resourceName: NAME });
    await store(pool, { ...result, brand: "globex", startedAtMs: NOON_MS + 1 }, other, aRecord());
    const { rows } = await pool.query<{ brand: string }>("select brand from api_usage");
    expect(rows.map(({ brand }) => brand)).toEqual(["acme", "acme", "acme"]);
    expect(await storedIds(pool)).toContain(other.id);
  }));

test("of two writers of one result, for two brands at one moment, the second adds nothing", () =>
  withDatabase(async ({ pool }) => {
    const result = aRecord({ resourceName: "batches/1" });
    const first = await pool.connect();
    await first.query("begin");
    await first.query("select api_usage_add($1)", [lineOf({ ...result, brand: "acme" })]);
    const second = pool.query("select api_usage_add($1)::int as added", [
      lineOf({ ...result, brand: "zenith" }),
    ]);
    await untilSomebodyWaits(pool);
    await first.query("commit");
    first.release();
    expect((await second).rows).toEqual([{ added: 0 }]);
    expect(await storedIds(pool)).toEqual([result.id]);
  }));

test("whether a row is there is asked of an index, by resource and id", () =>
  withDatabase(async ({ pool }) => {
    const { rows } = await pool.query<{ indexdef: string }>(
      "select indexdef from pg_indexes where indexname = 'api_usage_resource_name'",
    );
    expect(rows[0]!.indexdef).toContain("(resource_name, id) WHERE (resource_name IS NOT NULL)");
  }));

test("a role that may only add rows adds those of resources too", () =>
  withDatabase(async ({ pool, url }) => {
    const role = `writer_${new URL(url).pathname.slice(1)}`;
    await pool.query(
      `create role ${role} login password 'x'; grant execute on function api_usage_add to ${role}`,
    );
    const asRole = Object.assign(new URL(url), { username: role, password: "x" });
    const rolePool = await openPool({ url: asRole.href, logger: new KeptLogger() });
    await store(rolePool, aRecord({ resourceName: NAME }));
    await rolePool.end();
    expect(await storedIds(pool)).toHaveLength(1);
    await pool.query(`drop owned by ${role}; drop role ${role}`);
  }));
