import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { withDatabase } from "../support/database.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { runCommand } from "../support/terminal.ts";

const OVERVIEW = `Usage: spendspan <command> [flags]

  copy            Copy a ledger into another Postgres; safe to break off, and to run again
  migrate         Bring the ledger's schema up to date; safe to run anywhere, any number of times
  prices          Show the prices in force, or all that is known of one model's
  prune           Drop months of rows that are old; the sums of their hours and days stay
  replay          Try the rows again that Postgres refused for what is in them
  reprice         Compute costs again by the prices known now, and post the differences
  serve           Serve spend and budgets by the ledger: /metrics, /api/usage and /healthz
  stats           Show what was spent, by brand and by model
  verify          Check that no row was changed or taken away, and seal the days that are over
  help [command]  Say how to call it
  version         Print the version`;

const MIGRATE_USAGE = `Usage: spendspan migrate [flags]

Bring the ledger's schema up to date; safe to run anywhere, any number of times

  --database-url <url>  Postgres of the ledger (default: SPENDSPAN_DATABASE_URL, then DATABASE_URL, then the embedded one)
  --citus               Spread the ledger over a Citus cluster, by brand (not run on one yet: see docs/scale.md)`;

describe("help", () => {
  test.each([[["help"]], [["--help"]], [["-h"]], [["help", "nonsense"]]])(
    "by %j names every command, and is no failure",
    async (args) => {
      expect(await runCommand(args)).toEqual({ exitCode: 0, printed: OVERVIEW, complaints: "" });
    },
  );

  test.each([[["help", "migrate"]], [["migrate", "--help"]], [["migrate", "-h"]]])(
    "by %j says how to call the one",
    async (args) => {
      const result = await runCommand(args);
      expect(result).toEqual({ exitCode: 0, printed: MIGRATE_USAGE, complaints: "" });
    },
  );
});

test.each(["version", "--version", "-v"])("%s prints that of package.json", async (arg) => {
  const { version } = JSON.parse(readFileSync("package.json", "utf8"));
  expect(await runCommand([arg])).toEqual({ exitCode: 0, printed: version, complaints: "" });
});

describe("a call that makes no sense", () => {
  test.each([
    ["no command", [], "Expected a command", OVERVIEW],
    ["an unknown command", ["report"], "Expected a known command, got 'report'", OVERVIEW],
    ["an argument", ["migrate", "now"], "Expected nothing but flags, got 'now'", MIGRATE_USAGE],
    [
      "unknown flags",
      ["migrate", "--force", "-f", "--no-citus"],
      "Expected a known flag, got '--force'; Expected a known flag, got '-f'; Expected a known flag, got '--no-citus'",
      MIGRATE_USAGE,
    ],
    [
      "a member of every object for a flag",
      ["migrate", "--toString=1"],
      "Expected a known flag, got '--toString'",
      MIGRATE_USAGE,
    ],
    [
      "a flag without its value",
      ["migrate", "--database-url"],
      "Expected --database-url <url>, got nothing\n",
      MIGRATE_USAGE,
    ],
    [
      "a flag whose value is the next flag",
      ["migrate", "--database-url", "--citus"],
      "Expected --database-url <url>, got '--citus'",
      MIGRATE_USAGE,
    ],
    [
      "a flag whose variable was not set",
      ["migrate", "--database-url", ""],
      "Expected --database-url <url>, got ''",
      MIGRATE_USAGE,
    ],
    [
      "a switch with a value",
      ["migrate", "--citus=no"],
      "Expected --citus without a value, got 'no'",
      MIGRATE_USAGE,
    ],
    [
      "a flag twice",
      ["migrate", "--database-url", "postgres://a", "--database-url=postgres://b"],
      "Expected --database-url once",
      MIGRATE_USAGE,
    ],
    ["no database", ["migrate"], /^Expected a database: set DATABASE_URL/, MIGRATE_USAGE],
    [
      "a database of another make",
      ["migrate", "--database-url", "mysql://db/app"],
      /`databaseUrl` to be a URL/,
      MIGRATE_USAGE,
    ],
  ])(
    "(%s) is explained with the usage, and no stack, and exits with 2",
    async (_, args, message, usage) => {
      const { exitCode, printed, complaints } = await runCommand(args);
      expect(exitCode).toBe(2);
      expect(printed).toBe("");
      expect(complaints).toMatch(message);
      expect(complaints.endsWith(`\n\n${usage}`)).toBe(true);
      expect(complaints).not.toMatch(/^ {4}at /m);
    },
  );
});

test("every fault of the environment has its line, however many there are", async () => {
  const numbers = ["PORT", "PORT_RANGE", "MAX_SERIES", "MAX_BRAND_LABELS", "MAX_PENDING_ROWS"];
  const switches = ["EMBEDDED", "JOURNAL", "SERVER", "LOG_EVENTS", "LEDGER_GAUGES", "DISABLED"];
  const names = [...numbers, ...switches].map((name) => `SPENDSPAN_${name}`);
  const environment = Object.fromEntries(names.map((name) => [name, "perhaps"]));
  const { exitCode, complaints } = await runCommand(["prices"], environment);
  expect(exitCode).toBe(2);
  const lines = complaints.split("\n\nUsage:")[0]!.split("\n");
  const named = lines.map((line) => /`(SPENDSPAN_\w+)` .* got 'perhaps'$/.exec(line)?.[1]);
  expect(new Set(named)).toEqual(new Set(names));
});

test("a variable with a slip in its name is told on stderr, and changes nothing else", async () => {
  const call = ["prices", "gemini-2.5-flash", "--at", "2026-11-24T00:00:00Z"];
  const result = await runCommand(call);
  expect(await runCommand(call, { SPENDSPAN_PRICE_FILE: "prices.json" })).toEqual({
    ...result,
    complaints:
      "The variable `SPENDSPAN_PRICE_FILE` is unknown, and passed over: did you mean `SPENDSPAN_PRICES_FILE`?",
  });
  const { complaints } = await runCommand(["stats"], { SPENDSPAN_DATABSE_URL: "postgres://db" });
  expect(complaints).toMatch(/^The variable `SPENDSPAN_DATABSE_URL` .*\nExpected a database: /);
});

test("an embedded ledger that is there and off is no database, and that is said", async () => {
  const dataDir = temporaryDirectory();
  mkdirSync(join(dataDir, "postgres"));
  const environment = { NODE_ENV: "production", SPENDSPAN_DATA_DIR: dataDir };
  const { exitCode, complaints } = await runCommand(["stats"], environment);
  expect([exitCode, complaints.split("\n")[0]]).toEqual([
    2,
    "Expected a database: set DATABASE_URL, or give --database-url, as the embedded ledger is off, which it is by default where NODE_ENV is production",
  ]);
});

test("a database that is away is said in one line, without its password, and exits with 1", async () => {
  // Port 1 is nobody's, and `localhost` may be two addresses, which then both refuse.
  const url = "postgres://me:hunter2@localhost:1/app";
  const { exitCode, complaints } = await runCommand(["migrate"], { DATABASE_URL: url });
  expect(exitCode).toBe(1);
  expect(complaints).toMatch(
    /^ERR_DATABASE: Postgres can't be reached: connect ECONNREFUSED [^\n]+$/,
  );
  expect(complaints).not.toContain("hunter2");
});

test("a URL that lacks the password is said in one line, too", () =>
  withDatabase(async ({ url }) => {
    const withoutPassword = Object.assign(new URL(url), { password: "" }).href;
    const { exitCode, complaints } = await runCommand(["stats", "--database-url", withoutPassword]);
    expect(exitCode).toBe(1);
    expect(complaints).toMatch(
      /^ERR_DATABASE: Postgres can't be reached: [^\n]*password must be a string$/,
    );
  }));
