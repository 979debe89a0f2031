import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { expect, test } from "vitest";

import { README, withTables } from "../../scripts/readme-tables.ts";
import { ENVIRONMENT } from "../../src/config/options.ts";
import { startSimulator } from "../simulator/simulator.ts";
import { withDatabase } from "../support/database.ts";
import { runCommand } from "../support/terminal.ts";

const readme = readFileSync(README, "utf8");
const run = promisify(execFile);

test("README's tables are what the code says: `npm run readme` writes them", () => {
  expect(readme).toBe(withTables(readme));
});

test("every option has a row with its default and its variable", () => {
  for (const [option, variable] of Object.entries(ENVIRONMENT)) {
    const row = readme.split("\n").find((line) => line.startsWith(`| \`${option}\` |`));
    expect(row?.split(" | ")).toHaveLength(4);
    expect(row).toContain(variable ?? option);
  }
});

test("a README whose markers are gone is told, not passed over", () => {
  expect(() => withTables("# nothing")).toThrow("begin options");
});

test("the prices that README shows are those that the command prints", async () => {
  const [, args = "", shown = ""] = /\$ npx spendspan (prices .+)\n([^]*?)\n…\n/.exec(readme)!;
  const { printed } = await runCommand(args.split(" "));
  expect(printed.split("\n").slice(0, shown.split("\n").length).join("\n")).toBe(shown);
});

test("links inside the project lead somewhere", () => {
  const targets = [...readme.matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)].map(
    ([, path]) => path!,
  );
  expect(targets.length).toBeGreaterThan(3);
  const missing = targets.filter((target) => !existsSync(new URL(target, README)));
  expect(missing).toEqual([]);
});

test("the first example runs as it stands and prints what README shows", async () => {
  const [, code, output] = /```ts\n([^]*?)```\n\n```\n([^]*?)```/.exec(readme)!;
  const simulator = await startSimulator();
  // Inside the package, so that "spendspan" is this one.
  const directory = mkdtempSync(fileURLToPath(new URL("../../.readme-", import.meta.url)));
  try {
    writeFileSync(join(directory, "app.mjs"), code!);
    await withDatabase(async ({ url }) => {
      const { stdout, stderr } = await run(process.execPath, ["app.mjs"], {
        cwd: directory,
        env: {
          PATH: process.env["PATH"],
          DATABASE_URL: url,
          GEMINI_API_KEY: "any",
          GOOGLE_GEMINI_BASE_URL: simulator.url,
          SPENDSPAN_PORT: "0",
        },
      });
      expect({ stdout, stderr }).toEqual({ stdout: output, stderr: "" });
    });
  } finally {
    rmSync(directory, { recursive: true });
    await simulator.close();
  }
});
