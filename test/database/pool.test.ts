import { expect, test } from "vitest";
import { withDatabase } from "../support/database.ts";
test("connects", () =>
  withDatabase(async ({ pool }) => {
    expect((await pool.query("select count(*)::int as n from api_usage")).rows).toEqual([{ n: 0 }]);
  }));
