import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, test } from "vitest";

import { systemClock } from "../../src/base/clock.ts";
import { LedgerConnection } from "../../src/database/connection.ts";
import { insertRows } from "../../src/ledger/postgres.ts";
import { lineOf } from "../../src/ledger/row-line.ts";
import type { UsageRecord } from "../../src/usage/record.ts";
import { withDatabase, withEmptyDatabase } from "../support/database.ts";
import { KeptLogger } from "../support/logger.ts";
import { aRecord, NOON_MS } from "../support/record.ts";
import { runCommand } from "../support/terminal.ts";

/** Runs `spendspan stats` on a ledger that holds these calls, all made just now. */
function statsOf(calls: readonly Partial<UsageRecord>[], ...args: string[]) {
  return withDatabase(async ({ pool, url }) => {
    const startedAtMs = systemClock.now();
    const lines = calls.map((call) => lineOf(aRecord({ startedAtMs, ...call })));
    await insertRows(pool, lines, new AbortController().signal);
    return runCommand(["stats", ...args], { DATABASE_URL: url });
  });
}

const tokens = (input: number, output: number) => ({
  input,
  cachedInput: 0,
  toolUse: 0,
  output,
  thinking: 0,
});
const FLASH = { model: "gemini-2.5-flash" };
const UNPRICED = {
  model: "gemini-9-secret",
  tokens: tokens(10, 0),
  cost: undefined,
  priceStatus: "unpriced",
  priceVersion: undefined,
} as const;

const CALLS: readonly Partial<UsageRecord>[] = [
  // $2.50 and $0.0008 for acme, $0.05 for globex
  { ...FLASH, brand: "acme", tokens: tokens(1_000_000, 0), cost: 2_500_000_000_000n },
  { ...FLASH, brand: "acme", tokens: tokens(1_000, 200), cost: 800_000_000n },
  { model: "gemini-3.5-pro", brand: "globex", tokens: tokens(0, 5), cost: 50_000_000_000n },
  { ...UNPRICED, brand: "globex" },
];

test("shows each brand and model, costliest first, and how many calls have no price", async () => {
  const { exitCode, printed } = await statsOf(CALLS);
  expect(exitCode).toBe(0);
  expect(printed).toBe(
    [
      "Last 30 days, in UTC",
      "",
      "Brand   Calls     Tokens     USD",
      "───────────────────────────────────────────────────",
      "acme        2  1 001 200  2.5008",
      "globex      2         15  0.0500  + 1 call unpriced",
      "",
      "Model             Calls     Tokens     USD",
      "─────────────────────────────────────────────────────────────",
      "gemini-2.5-flash      2  1 001 200  2.5008",
      "gemini-3.5-pro        1          5  0.0500",
      "gemini-9-secret       1         10          + 1 call unpriced",
      "",
      "4 calls, 1 001 215 tokens, 2.5508 USD + 1 call unpriced",
    ].join("\n"),
  );
});

test("shows one brand alone when asked to", async () => {
  const { printed } = await statsOf(CALLS, "--brand", "acme", "--days", "7");
  expect(printed).toContain("Last 7 days");
  expect(printed).toContain("2 calls, 1 001 200 tokens, 2.5008 USD");
  expect(printed).not.toContain("globex");
});

test("says how far costs can be trusted, in each line and in the total", async () => {
  const { printed } = await statsOf([
    { ...FLASH, brand: "acme", priceStatus: "partial" },
    { ...FLASH, brand: "acme", priceStatus: "estimated" },
    { ...UNPRICED, brand: "globex" },
  ]);
  expect(printed).toMatch(/^acme .* 0\.0016 {2}1 at least, 1 estimated$/m);
  expect(printed).toMatch(/^globex .* {2}\+ 1 call unpriced$/m);
  expect(printed).toMatch(/ 0\.0016 USD \+ 1 call unpriced, 1 at least, 1 estimated$/m);
});

test("storage without a price is no cost of 0", async () => {
  const storage = { ...UNPRICED, entry: "storage", tokens: undefined } as const;
  const { printed } = await statsOf([{ ...storage, brand: "acme" }, { brand: "globex" }]);
  expect(printed).toMatch(/^acme +0 +0 +\+ 1 call unpriced$/m);
});

const A_JOB = { entry: "job", cost: 0n, priceStatus: "free", priceVersion: undefined } as const;

test.each([
  [["batches/1", "batches/2"], "\n2 jobs pending, the oldest since 2026-11-22"],
  [["batches/1"], "\n1 job pending, since 2026-11-22"],
])("says which jobs %j wait for their results", async (names, line) => {
  const startedAtMs = NOON_MS - 2 * 86_400_000; // 2026-11-22
  const jobs = names.map((resourceName) => ({ ...A_JOB, resourceName, startedAtMs }));
  const { printed } = await statsOf([...CALLS, ...jobs]);
  expect(printed.endsWith(line)).toBe(true);
});

test("prints the whole report as JSON", async () => {
  const { printed } = await statsOf(CALLS, "--json");
  expect(JSON.parse(printed)).toMatchObject({
    days: 30,
    total_requests: 4,
    total_cost_usd: "2.5508",
    unpriced_requests: 1,
    by_brand: { acme: { requests: 2, cost_usd: "2.5008" } },
  });
});

test("says that there was nothing, of a ledger without calls", async () => {
  const { printed } = await statsOf([], "--days", "1");
  expect(printed).toContain("Today, in UTC");
  expect(printed).toContain("0 calls, 0 tokens, 0 USD");
});

test.each([
  ["ten", "Expected --days to be a whole number, got 'ten'"],
  ["-1", "Expected --days to be a whole number, got '-1'"],
  ["0", "ERR_QUERY: Expected `days` to be a whole number from 1 to 3660, got 0"],
  ["3661", "ERR_QUERY: Expected `days` to be a whole number from 1 to 3660, got 3661"],
])("refuses %s days, with the usage", async (days, message) => {
  const environment = { DATABASE_URL: "postgres://localhost:1/not-asked" };
  const { exitCode, complaints } = await runCommand(["stats", `--days=${days}`], environment);
  expect(exitCode).toBe(2);
  expect(complaints).toContain(`${message}\n\nUsage: spendspan stats`);
});

test("tells of a ledger that was never migrated, and exits with 1", () =>
  withEmptyDatabase(async ({ url }) => {
    const { exitCode, complaints } = await runCommand(["stats"], { DATABASE_URL: url });
    expect(exitCode).toBe(1);
    expect(complaints).toBe("ERR_DATABASE: The ledger lacks tables: run `spendspan migrate`");
  }));

test("without a URL it reads the embedded database beside the app", async () => {
  const dataDir = await mkdtemp(join(tmpdir(), "spendspan-stats-"));
  const logger = new KeptLogger();
  const options = { databaseUrl: undefined, embedded: true, autoMigrate: true, dataDir, logger };
  const ledger = new LedgerConnection(options);
  try {
    const record = aRecord({ ...CALLS[0], startedAtMs: systemClock.now() });
    const { signal } = new AbortController();
    await insertRows(await ledger.connect(), [lineOf(record)], signal);
    await ledger.close(10_000);
    const result = await runCommand(["stats"], { SPENDSPAN_DATA_DIR: dataDir });
    expect(result).toMatchObject({ exitCode: 0, complaints: "" });
    expect(result.printed).toContain("acme");
  } finally {
    await rm(dataDir, { recursive: true });
  }
});
