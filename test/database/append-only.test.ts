import { describe, expect, test } from "vitest";

import { withDatabase } from "../support/database.ts";
import { store } from "../support/ledger-rows.ts";
import { aRecord, NOON_MS } from "../support/record.ts";

const BRAND = "0f0e0d0c-0b0a-4000-8000-000000000001";
const OTHER_BRAND = "0f0e0d0c-0b0a-4000-8000-000000000002";
/** Its partition isn't made ahead, but when its first row needs it. */
const LONG_AGO = { startedAtMs: NOON_MS - 400 * 86_400_000 };
const LONG_AGO_PARTITION = "api_usage_y2025m10";

describe("of the owner too, who has every right,", () => {
  test.each([
    ["UPDATE", "update api_usage set estimated_cost_usd = 0"],
    ["UPDATE", "update api_usage set brand = 'globex', brand_id = null"],
    ["UPDATE", `update api_usage set brand_id = '${OTHER_BRAND}'`],
    ["UPDATE", `update ${LONG_AGO_PARTITION} set ingested_at = now() - interval '1 year'`],
    ["DELETE", "delete from api_usage"],
    ["DELETE", `delete from ${LONG_AGO_PARTITION}`],
    ["TRUNCATE", "truncate api_usage"],
    ["TRUNCATE", `truncate ${LONG_AGO_PARTITION}`],
  ])("%s is refused, and changes nothing: %s", (verb, statement) =>
    withDatabase(async ({ pool }) => {
      await store(pool, aRecord({ brand: BRAND }), aRecord({ brand: BRAND, ...LONG_AGO }));
      const before = await pool.query("select * from api_usage order by id");
      await expect(pool.query(statement)).rejects.toMatchObject({
        code: "42501",
        message: `Rows of api_usage are only ever added: ${verb} is refused`,
        hint: expect.stringContaining("spendspan reprice"),
      });
      const after = await pool.query("select * from api_usage order by id");
      expect(after.rows).toEqual(before.rows);
    }),
  );
});

test("a row that is there already is no change of it, when it comes again", () =>
  withDatabase(async ({ pool }) => {
    const record = aRecord();
    await store(pool, record);
    await store(pool, record);
    const { rows } = await pool.query("select count(*)::int as count from api_usage");
    expect(rows).toEqual([{ count: 1 }]);
  }));

test("a month can be given up as a whole", () =>
  withDatabase(async ({ pool }) => {
    await store(pool, aRecord(), aRecord(LONG_AGO));
    await pool.query(`drop table ${LONG_AGO_PARTITION}`);
    const { rows } = await pool.query("select created_at from api_usage");
    expect(rows).toEqual([{ created_at: new Date(NOON_MS) }]);
  }));
