/** The queries of the board "ledger" on a real Postgres. */
import type { Pool } from "pg";
import { describe, expect, test } from "vitest";

import { withDatabase } from "../support/database.ts";
import { adjust, store } from "../support/ledger-rows.ts";
import { withLogin } from "../support/login.ts";
import { aRecord, NOON_MS } from "../support/record.ts";
import { boardFile } from "./board-file.ts";
import { filledInSql } from "./filled-in-query.ts";

const BOARD = boardFile("spendspan-ledger");
const DAY_MS = 86_400_000;

type Filters = Readonly<Record<string, readonly string[]>>;
type Row = Readonly<Record<string, unknown>>;

async function rowsOf(pool: Pool, panel: string, filters: Filters = {}): Promise<readonly Row[]> {
  const { targets = [] } = BOARD.panels.find(({ title }) => title === panel)!;
  const { rows } = await pool.query<Row>(
    filledInSql(targets[0]!.rawSql!, {
      range: { fromMs: NOON_MS - DAY_MS, toMs: NOON_MS + DAY_MS },
      variables: BOARD.templating.list,
      chosen: filters,
    }),
  );
  return rows;
}

const PANELS = BOARD.panels.filter(({ type }) => type === "table").map(({ title }) => title);

async function storeSome(pool: Pool): Promise<void> {
  const repriced = aRecord({ brand: "acme", campaign: "autumn", cost: 1_000_000_000n });
  await store(
    pool,
    repriced,
    aRecord({ brand: "acme", cost: 2_123_456_789_012n, endpoint: "extract" }),
    aRecord({ brand: "o'neill", cost: undefined, priceStatus: "unpriced", model: undefined }),
    aRecord({ brand: "o'neill", status: "error", errorType: "429", httpStatusCode: 429, cost: 0n }),
    aRecord({ brand: "acme", startedAtMs: NOON_MS - 40 * DAY_MS }),
  );
  await adjust(pool, repriced, { difference: "0.5", from: "priced", to: "priced" });
}

describe("the board of the ledger", () => {
  test.each(PANELS)("has rows in: %s", (panel) =>
    withDatabase(async ({ pool }) => {
      await storeSome(pool);
      expect(await rowsOf(pool, panel)).not.toEqual([]);
    }),
  );

  test("bears a ledger without rows", () =>
    withDatabase(async ({ pool }) => {
      for (const panel of PANELS) expect(await rowsOf(pool, panel)).toEqual([]);
    }));

  test("bills a brand to the picodollar, corrections included, and says what is not known", () =>
    withDatabase(async ({ pool }) => {
      await storeSome(pool);
      const rows = await rowsOf(pool, "By brand");
      const figures = rows.map((row) => [
        row["Brand"],
        row["Calls"],
        row["Without a price"],
        row["Exact, in US dollars"],
      ]);
      // 0.001 + 2.123456789012 + 0.5; the call of 40 days ago is in no day of the range.
      expect(figures).toEqual([
        ["acme", "2", "0", "2.624456789012"],
        ["o'neill", "2", "1", null],
      ]);
      expect(await rowsOf(pool, "In all")).toMatchObject([
        { Calls: "4", "Without a price": "1", "Exact, in US dollars": "2.624456789012" },
      ]);
      const campaigns = await rowsOf(pool, "By brand and campaign", { brand: ["acme"] });
      expect(campaigns.map((row) => [row["Campaign"], row["Exact, in US dollars"]])).toEqual([
        ["none", "2.123456789012"],
        ["autumn", "0.501"],
      ]);
    }));

  test("shows only what is chosen, whatever its name holds", () =>
    withDatabase(async ({ pool }) => {
      await storeSome(pool);
      const filters = { brand: ["o'neill"], model: ["unknown"] };
      const [call, ...others] = await rowsOf(pool, "Latest calls", filters);
      expect(others).toEqual([]);
      expect(call).toMatchObject({
        Brand: "o'neill",
        Model: "unknown",
        Cost: null,
        Trace: "0af7651916cd43dd8448eb211c80319c",
      });
      expect(
        await rowsOf(pool, "By brand", { campaign: ["none"], endpoint: ["extract"] }),
      ).toHaveLength(1);
    }));

  test("can be read by a login that may do nothing else", () =>
    withDatabase(async (database) => {
      const { pool: owner } = database;
      await storeSome(owner);
      await withLogin(database, "spendspan_reader", async ({ name, pool }) => {
        await owner.query("select api_usage_let_see($1, 'true')", [name]);
        for (const panel of PANELS) expect(await rowsOf(pool, panel)).not.toEqual([]);
        await expect(pool.query("delete from api_usage")).rejects.toThrow("permission denied");
      });
    }));

  test("shows a reader of one brand no other", () =>
    withDatabase(async (database) => {
      await storeSome(database.pool);
      await withLogin(database, "spendspan_reader", async ({ name, pool }) => {
        await database.pool.query("insert into api_usage_reader values ($1, 'acme')", [name]);
        const brands = (await rowsOf(pool, "By brand")).map((row) => row["Brand"]);
        expect(brands).toEqual(["acme"]);
      });
    }));

  test("shows a correction as a row of its own, by its status", () =>
    withDatabase(async ({ pool }) => {
      await storeSome(pool);
      const rows = await rowsOf(pool, "Latest calls", { campaign: ["autumn"] });
      const costs = rows.map((row) => [row["Status"], Number(row["Cost"])]);
      expect(Object.fromEntries(costs)).toEqual({ adjustment: 0.5, success: 0.001 });
    }));

  test("says why calls fail", () =>
    withDatabase(async ({ pool }) => {
      await storeSome(pool);
      expect(await rowsOf(pool, "Why calls fail")).toMatchObject([
        { Status: "error", Error: "429", "HTTP status": "429", Calls: "1" },
      ]);
    }));

  test("offers for each filter what there is", () =>
    withDatabase(async ({ pool }) => {
      await storeSome(pool);
      const offered = await Promise.all(
        BOARD.templating.list
          .filter(({ type }) => type === "query")
          .map(async ({ name, query }) => {
            const { rows } = await pool.query<Row>(query!);
            return [name, rows.map((row) => Object.values(row)[0])];
          }),
      );
      expect(Object.fromEntries(offered)).toEqual({
        provider: ["google_ai"],
        endpoint: ["chat", "extract"],
        model: ["gemini-2.5-flash", "unknown"],
        brand: ["acme", "o'neill"],
        status: ["error", "success"],
        campaign: ["autumn", "none"],
      });
    }));
});
