import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { LedgerConnection } from "../../src/database/connection.ts";
import { type TestDatabase, withDatabase, withEmptyDatabase } from "../support/database.ts";
import { adjust, aFullRecord, contentOf, store } from "../support/ledger-rows.ts";
import { KeptLogger } from "../support/logger.ts";
import { aRecord, NOON_MS } from "../support/record.ts";
import { startScript } from "../support/script.ts";
import { runCommand } from "../support/terminal.ts";

const HOUR_MS = 3_600_000;

/** The middle of a month of 2026. */
const inMonth = (month: number): number => Date.UTC(2026, month - 1, 15);

function copy(from: TestDatabase, to: TestDatabase) {
  return runCommand(["copy", "--from", from.url, "--to", to.url]);
}

function withTwoLedgers(
  fn: (from: TestDatabase, to: TestDatabase) => Promise<void>,
): Promise<void> {
  return withDatabase((from) => withEmptyDatabase((to) => fn(from, to)));
}

test("rows of every kind, and all sums, come out the same in a database that held nothing", () =>
  withTwoLedgers(async (from, to) => {
    const full = aFullRecord();
    const unpriced = aRecord({ cost: undefined, priceStatus: "unpriced", priceVersion: undefined });
    await store(
      from.pool,
      full,
      unpriced,
      aRecord({
        startedAtMs: inMonth(2),
        model: undefined,
        tokens: undefined,
        usageStatus: "missing",
      }),
      aRecord({
        entry: "job",
        cost: undefined,
        priceStatus: "unpriced",
        resourceName: "batches/2",
      }),
      aRecord({ entry: "storage", cost: -5n, resourceName: "cachedContents/3" }),
    );
    await adjust(from.pool, full, { difference: "-0.1", from: "priced", to: "priced" });
    await adjust(from.pool, unpriced, { difference: "0.2", from: "unpriced", to: "priced" });
    const before = await contentOf(from.pool);

    const first = await copy(from, to);
    expect(first).toEqual({
      exitCode: 0,
      printed: "Verified, month by month: 7 rows, 2 months",
      complaints: "2026-02: 1 row, 1 of them new\n2026-11: 6 rows, 6 of them new",
    });
    expect(await contentOf(to.pool)).toEqual(before);
    expect(await contentOf(from.pool)).toEqual(before);

    const second = await copy(from, to);
    expect(second.complaints).toBe("2026-02: 1 row, 0 of them new\n2026-11: 6 rows, 0 of them new");
    expect(await contentOf(to.pool)).toEqual(before);
  }));

test("more rows than a batch holds are copied, also where many are of one moment", () =>
  withTwoLedgers(async (from, to) => {
    // 1 500 of one brand and one moment, which no batch may cut, among 1 000 of other moments.
    const spread = Array.from({ length: 500 }, (_, at) => NOON_MS + at);
    await store(
      from.pool,
      ...Array.from({ length: 1_500 }, () => aRecord({ brand: "b" })),
      ...spread.map((startedAtMs) => aRecord({ brand: "a", startedAtMs })),
      ...spread.map((startedAtMs) => aRecord({ brand: "b", startedAtMs })),
    );
    const { printed } = await copy(from, to);
    expect(printed).toMatch(/^Verified, month by month: 2 500 rows, 1 month$/);
    expect(await contentOf(to.pool)).toEqual(await contentOf(from.pool));
  }));

test("adjustments of one row keep the order in which they came, whatever their ids", () =>
  withTwoLedgers(async (from, to) => {
    const record = aRecord();
    const ids = ["f", "0", "8"].map((digit) => `${digit}0000000-0000-4000-8000-000000000000`);
    await store(from.pool, record);
    for (const id of ids) {
      await adjust(from.pool, record, { id, difference: "0.1", from: "priced", to: "priced" });
    }
    await copy(from, to);
    const { rows } = await to.pool.query<{ id: string }>(
      "select id from api_usage where entry = 'adjustment' order by ingested_at",
    );
    expect(rows.map(({ id }) => id)).toEqual(ids);
  }));

test("what is new since is copied the next time, and months that are the same are passed over", () =>
  withTwoLedgers(async (from, to) => {
    await store(
      from.pool,
      ...[inMonth(1), inMonth(2)].map((startedAtMs) => aRecord({ startedAtMs })),
    );
    await copy(from, to);
    await store(from.pool, aRecord({ startedAtMs: inMonth(2) }));
    const { complaints } = await copy(from, to);
    expect(complaints).toBe("2026-01: 1 row, 0 of them new\n2026-02: 2 rows, 1 of them new");
    expect(await contentOf(to.pool)).toEqual(await contentOf(from.pool));
  }));

test("a copy that is interrupted stops between two batches, and the next one does the rest", () =>
  withDatabase((from) =>
    withDatabase(async (to) => {
      await store(
        from.pool,
        ...[1, 2, 3, 4, 5].map((month) => aRecord({ startedAtMs: inMonth(month) })),
      );
      // Lets the second month be read there, and not written, so the copy is under way until it goes.
      await store(to.pool, aRecord({ startedAtMs: inMonth(2) }));
      const inTheWay = await to.pool.connect();
      await inTheWay.query("begin; lock table api_usage_y2026m02 in share mode");

      const script = startScript(`
        import { main } from "./dist/cli/main.js";
        const terminal = { environment: {}, print: console.log, complain: console.log };
        process.exitCode = await main(
          ["copy", "--from", ${JSON.stringify(from.url)}, "--to", ${JSON.stringify(to.url)}],
          terminal,
        );`);
      await script.printed("2026-01: 1 row, 1 of them new");
      script.signal("SIGINT");
      await inTheWay.query("commit");
      inTheWay.release();
      const { code, stdout } = await script.ended;
      expect(code).toBe(1);
      expect(stdout).toContain("ERR_DATABASE: Broken off: run the same command again to go on");
      expect(stdout).not.toContain("2026-05");

      const { exitCode, printed, complaints } = await copy(from, to);
      expect({ exitCode, printed }).toEqual({
        exitCode: 0,
        printed: "Verified, month by month: 5 rows, 5 months",
      });
      expect(complaints).toMatch(/^2026-02: All rows are there, beside others/m);
      const { rows } = await to.pool.query(
        "select count(*)::int as rows, (select sum(requests)::int from api_usage_day) as summed from api_usage",
      );
      expect(rows).toEqual([{ rows: 6, summed: 6 }]);
    }),
  ));

test("sums of months whose rows were pruned are copied too, once", () =>
  withTwoLedgers(async (from, to) => {
    await store(
      from.pool,
      aRecord({ startedAtMs: inMonth(1) }),
      aRecord({ startedAtMs: inMonth(1) + 30 * HOUR_MS }),
      aRecord({ startedAtMs: inMonth(3) }),
    );
    await runCommand(["prune", "--before", "2026-02"], { DATABASE_URL: from.url });
    for (const run of ["first", "second"]) {
      const { exitCode } = await copy(from, to);
      expect([run, exitCode]).toEqual([run, 0]);
      expect(await contentOf(to.pool)).toEqual(await contentOf(from.pool));
    }
  }));

describe("what is not the same in the end is said, and fails", () => {
  test("a row that is there at another cost", () =>
    withDatabase((from) =>
      withDatabase(async (to) => {
        const record = aRecord();
        await store(from.pool, record);
        await store(to.pool, { ...record, cost: 1n });
        const { exitCode, complaints } = await copy(from, to);
        expect(exitCode).toBe(1);
        expect(complaints).toBe(
          "ERR_DATABASE: Expected rows of one id to have one cost in both ledgers: 1 have another in the second",
        );
      }),
    ));

  test("a month of which some sums have no rows any more", () =>
    withTwoLedgers(async (from, to) => {
      await store(from.pool, aRecord({ startedAtMs: inMonth(1) }));
      await runCommand(["prune", "--before", "2026-02"], { DATABASE_URL: from.url });
      await store(from.pool, aRecord({ startedAtMs: inMonth(1) }));
      const { exitCode, complaints } = await copy(from, to);
      expect(exitCode).toBe(1);
      expect(complaints).toContain(
        "2026-01: All rows are there, but sums of rows that were pruned are not the same: " +
          "1 row of 0.0008 USD (in sums 0.0016) here, 1 row of 0.0008 USD (in sums 0.0008) there",
      );
      expect(complaints).toContain("ERR_DATABASE: The two ledgers differ in 2026-01");
    }));

  test("a result that two processes booked, which is one row there", () =>
    withTwoLedgers(async (from, to) => {
      const result = aRecord({ resourceName: "batches/1" });
      // So far apart that they are in two batches.
      const between = Array.from({ length: 1_000 }, () => aRecord({ brand: "between" }));
      await store(from.pool, ...between);
      await store(from.pool, { ...result, brand: "above" });
      // By hand, since `api_usage_add` would leave it out.
      await from.pool.query(
        `insert into api_usage (id, created_at, brand, api_provider, api_endpoint, operation, model,
           resource_name, usage_status, estimated_cost_usd, price_status, status)
         select id, created_at, 'cellar', api_provider, api_endpoint, operation, model,
           resource_name, usage_status, estimated_cost_usd, price_status, status
         from api_usage where id = $1`,
        [result.id],
      );
      const { exitCode, complaints } = await copy(from, to);
      expect(exitCode).toBe(1);
      expect(complaints).toContain("2026-11: Some rows are not there, such as results of one job");
    }));
});

test("without --from it copies the embedded ledger, whatever DATABASE_URL says", () =>
  withEmptyDatabase(async (to) => {
    const dataDir = await mkdtemp(join(tmpdir(), "spendspan-copy-"));
    const logger = new KeptLogger();
    const options = { databaseUrl: undefined, embedded: true, autoMigrate: true, dataDir, logger };
    const embedded = new LedgerConnection(options);
    try {
      await store(await embedded.connect(), aRecord());
      await embedded.close(10_000);
      const { exitCode, printed } = await runCommand(["copy", "--to", to.url], {
        SPENDSPAN_DATA_DIR: dataDir,
        DATABASE_URL: to.url,
      });
      expect({ exitCode, printed }).toEqual({
        exitCode: 0,
        printed: "Verified, month by month: 1 row, 1 month",
      });
      expect((await to.pool.query("select from api_usage")).rowCount).toBe(1);
    } finally {
      await rm(dataDir, { recursive: true });
    }
  }));

test("a ledger of an older schema is refused, with what to do, and left as it is", () =>
  withEmptyDatabase((from) =>
    withEmptyDatabase(async (to) => {
      const { exitCode, complaints } = await copy(from, to);
      expect(exitCode).toBe(1);
      expect(complaints).toMatch(/^ERR_MIGRATION: .*: run `spendspan migrate` on it first$/);
      const { rows } = await from.pool.query("select to_regclass('api_usage') as found");
      expect(rows).toEqual([{ found: null }]);
    }),
  ));

const ELSEWHERE = "postgres://localhost:1/app";

test.each([
  [[], "Expected --to: the Postgres to copy into"],
  [["--to", ELSEWHERE, "--from", ELSEWHERE], "Expected --to to be another Postgres than --from"],
  [
    ["--to", ELSEWHERE, "--from", "mysql://db/app"],
    "ERR_CONFIG: Expected --from to be a URL that begins with postgres:// or postgresql://",
  ],
  [["--to", ELSEWHERE], "Expected --from, as there is no embedded ledger under nowhere"],
  [["--to", "mysql://db/app", "--from", ELSEWHERE], "ERR_CONFIG: Expected --to to be a URL"],
])("refuses %j, with the usage", async (args, message) => {
  const { exitCode, complaints } = await runCommand(["copy", ...args], {
    DATABASE_URL: "postgres://localhost:1/not-asked",
  });
  expect(exitCode).toBe(2);
  expect(complaints).toContain(message);
  expect(complaints).toContain("\n\nUsage: spendspan copy");
});
