import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, test } from "vitest";

import type { UsageRecord } from "../../src/usage/record.ts";
import { withDatabase } from "../support/database.ts";
import { store } from "../support/ledger-rows.ts";
import { aRecord } from "../support/record.ts";
import { type CommandResult, runCommand } from "../support/terminal.ts";

const UNPRICED = { cost: undefined, priceStatus: "unpriced", priceVersion: undefined } as const;
const PRICES = [
  // 1,000 × $0.30/M + 200 × $1/M = $0.0005, and 1,000 × $1/M + 200 × $5/M = $0.002
  { id: "gemini-2.5-flash", input: "0.30", cacheRead: "0.03", output: "1" },
  { id: "gemini-9-secret", input: "1", cacheRead: "0.1", output: "5" },
];

/** Runs `spendspan reprice` on a ledger of these calls, with prices of the app's own; each run by its arguments. */
async function repriced(
  calls: readonly Partial<UsageRecord>[],
  ...runs: readonly (readonly string[])[]
): Promise<readonly CommandResult[]> {
  const directory = await mkdtemp(join(tmpdir(), "spendspan-reprice-"));
  const pricesFile = join(directory, "prices.json");
  await writeFile(pricesFile, JSON.stringify(PRICES));
  try {
    return await withDatabase(async ({ pool, url }) => {
      await store(pool, ...calls.map((call) => aRecord(call)));
      const results: CommandResult[] = [];
      for (const args of runs) {
        const environment = { DATABASE_URL: url, SPENDSPAN_PRICES_FILE: pricesFile };
        // oxlint-disable-next-line no-await-in-loop -- one run after the other is what is tested
        results.push(await runCommand(["reprice", ...args], environment));
      }
      return results;
    });
  } finally {
    await rm(directory, { recursive: true });
  }
}

const PERIOD = ["--since", "2026-11-24", "--until", "2026-11-25"];
const CALLS: readonly Partial<UsageRecord>[] = [
  {}, // $0.0008
  { brand: "globex" },
  { brand: "globex", model: "gemini-9-secret", ...UNPRICED },
  { brand: "globex", model: "gemini-10-secret", ...UNPRICED },
  { tokens: undefined, usageStatus: "missing", ...UNPRICED },
];

test("shows what a dry run would change, posts it when asked to, and then finds nothing more", async () => {
  const [dry, real, again] = await repriced(CALLS, [...PERIOD, "--dry-run"], PERIOD, PERIOD);
  const differences = [
    "5 rows from 2026-11-24T00:00:00.000Z until 2026-11-25T00:00:00.000Z",
    "",
    "Model             Brand   Rows  Before, USD  After, USD  Difference",
    "───────────────────────────────────────────────────────────────────────────────────",
    "gemini-9-secret   globex     1                   0.0020     +0.0020  1 newly priced",
    "gemini-2.5-flash  acme       1       0.0008      0.0005     -0.0003",
    "gemini-2.5-flash  globex     1       0.0008      0.0005     -0.0003",
    "All                          3       0.0016      0.0030     +0.0014  1 newly priced",
    "",
    "3 rows changed, +0.0014 USD + 2 calls unpriced",
  ].join("\n");
  const left = "\n\nLeft alone:\n  1 without usage to price\n  1 of no known price";
  expect(dry?.printed).toBe(`${differences}\nDry run: nothing was posted${left}`);
  expect(real?.printed).toBe(`${differences}\n3 adjustments posted${left}`);
  expect(again?.printed).toBe(
    [
      "5 rows from 2026-11-24T00:00:00.000Z until 2026-11-25T00:00:00.000Z",
      "",
      "0 rows changed, 0 USD + 2 calls unpriced",
      `Nothing was posted${left}`,
    ].join("\n"),
  );
});

test("prints the whole report as JSON", async () => {
  const [result] = await repriced(CALLS, [...PERIOD, "--brand=acme", "--json"]);
  expect(JSON.parse(result?.printed ?? "")).toEqual({
    since: "2026-11-24T00:00:00.000Z",
    until: "2026-11-25T00:00:00.000Z",
    brand: "acme",
    dry_run: false,
    rows: 2,
    posted: 1,
    changed: {
      rows: 1,
      before_usd: "0.0008",
      after_usd: "0.0005",
      difference_usd: "-0.0003",
      newly_priced: 0,
    },
    by_model_and_brand: [
      {
        model: "gemini-2.5-flash",
        brand: "acme",
        rows: 1,
        before_usd: "0.0008",
        after_usd: "0.0005",
        difference_usd: "-0.0003",
        newly_priced: 0,
      },
    ],
    left_alone: {
      free: 0,
      http_rule: 0,
      given: 0,
      own_price: 0,
      no_usage: 1,
      no_price: 0,
      no_longer_priced: 0,
    },
    unpriced_requests: 1,
  });
});

const A_MOMENT = "to be a day, 2026-12-01, or a time with its zone, 2026-12-01T00:00:00Z, got";

test.each([
  [[], "Expected --since: the first day whose costs to compute again"],
  [["--since", "yesterday"], `Expected --since ${A_MOMENT} 'yesterday'`],
  [["--since", "2026-02-30"], `Expected --since ${A_MOMENT} '2026-02-30'`],
  [["--since", "0000-01-01"], `Expected --since ${A_MOMENT} '0000-01-01'`],
  [["--since", "2026-11-24T12:00"], `Expected --since ${A_MOMENT} '2026-11-24T12:00'`],
  [["--since", "2026-11-24", "--until", "1"], `Expected --until ${A_MOMENT} '1'`],
  [["--since", "9999-01-01"], "Expected --since to be before now, got 9999-01-01T00:00:00.000Z"],
  [
    ["--since", "2026-11-24", "--until", "2026-11-24T01:00+02:00"],
    "Expected --since to be before --until, 2026-11-23T23:00:00.000Z, got 2026-11-24T00:00:00.000Z",
  ],
])("refuses %j, with the usage", async (args, message) => {
  const environment = { DATABASE_URL: "postgres://localhost:1/not-asked" };
  const { exitCode, complaints } = await runCommand(["reprice", ...args], environment);
  expect(exitCode).toBe(2);
  expect(complaints).toContain(`${message}\n\nUsage: spendspan reprice`);
});
