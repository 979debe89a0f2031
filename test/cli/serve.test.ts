import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { withDatabase } from "../support/database.ts";
import { serve } from "../support/http-server.ts";
import { store } from "../support/ledger-rows.ts";
import { aRecord } from "../support/record.ts";
import { startScript } from "../support/script.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { runCommand } from "../support/terminal.ts";

/** The command as the shell runs it; `--port 0` takes any. */
const SERVE = `
process.argv.splice(1, 1, "spendspan", "serve", "--port", "0", "--budgets", process.env.BUDGETS);
await import("./bin/spendspan.js");`;

test.each(["SIGTERM", "SIGINT"] as const)(
  "serves the ledger until %s, and ends as it should",
  (signal) =>
    withDatabase(async ({ pool, url }) => {
      await store(pool, aRecord());
      const budgets = join(temporaryDirectory(), "budgets.json");
      writeFileSync(budgets, '[{ "brand": "*", "period": "month", "amountUsd": "500.00" }]');
      const script = startScript(SERVE, { env: { DATABASE_URL: url, BUDGETS: budgets } });
      await script.printed("Listening on http://127.0.0.1:");
      script.signal(signal);
      expect(await script.ended).toMatchObject({ code: 0, signal: null, stderr: "" });
    }),
);

test("a port in use is told once, with what to do about it, and exits with 1", () =>
  withDatabase(async ({ url }) => {
    await using holder = await serve(() => undefined);
    const { port } = new URL(holder.url);
    expect(await runCommand(["serve", "--port", port], { DATABASE_URL: url })).toEqual({
      exitCode: 1,
      printed: "",
      complaints: `ERR_CONFIG: Expected \`host\` and \`port\` to be an address that is free to listen on, got 127.0.0.1:${port}: listen EADDRINUSE: address already in use 127.0.0.1:${port}; choose another by --port or SPENDSPAN_PORT`,
    });
  }));

test("every fault of the budgets is named, and nothing is served", async () => {
  const budgets = join(temporaryDirectory(), "budgets.json");
  writeFileSync(budgets, '[{ "brand": "acme", "period": "year", "amountUsd": "five" }]');
  const { exitCode, complaints } = await runCommand(["serve", "--budgets", budgets], {
    DATABASE_URL: "postgres://nobody@127.0.0.1:1/none",
  });
  expect(exitCode).toBe(2);
  expect(complaints).toMatch(/`budgetsFile\[0\].period` .*\n.*`budgetsFile\[0\].amountUsd`/);
});

test.each([
  [["--port", "http"], "Expected --port to be a whole number, got 'http'"],
  [
    [],
    "Expected a database: set DATABASE_URL, or give --database-url, as there is no embedded ledger under nowhere",
  ],
])("serve %j is not taken", async (args, reason) => {
  const { exitCode, complaints } = await runCommand(["serve", ...args]);
  expect([exitCode, complaints.split("\n")[0]]).toEqual([2, reason]);
});
