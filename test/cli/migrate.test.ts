import { readdirSync } from "node:fs";

import { expect, test } from "vitest";

import { withEmptyDatabase } from "../support/database.ts";
import { runCommand } from "../support/terminal.ts";

const MIGRATIONS = readdirSync("migrations")
  .toSorted()
  .map((file) => file.replace(".sql", ""));

test("applies every migration, says so, and finds nothing to do the next time", () =>
  withEmptyDatabase(async ({ url }) => {
    const first = await runCommand(["migrate"], { DATABASE_URL: url });
    expect(first).toEqual({
      exitCode: 0,
      printed: MIGRATIONS.map((name) => `Applied ${name}`).join("\n"),
      complaints: "",
    });
    const second = await runCommand(["migrate", `--database-url=${url}`]);
    expect(second.printed).toBe("Nothing to do: the schema is up to date");
  }));

test("takes the database of the flag before that of the environment", () =>
  withEmptyDatabase(async ({ url }) => {
    const environment = { DATABASE_URL: "postgres://localhost:1/elsewhere" };
    const { exitCode } = await runCommand(["migrate", "--database-url", url], environment);
    expect(exitCode).toBe(0);
  }));
