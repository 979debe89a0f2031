import { readdirSync } from "node:fs";

import { expect, test } from "vitest";

import { withDatabase, withEmptyDatabase } from "../support/database.ts";
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

test("makes the partitions of the months to come, also where nothing else is to be done", () =>
  withDatabase(async ({ pool, url }) => {
    const partitions = async () => {
      const { rows } = await pool.query<{ name: string }>(
        "select inhrelid::regclass::text as name from pg_inherits where inhparent = 'api_usage'::regclass",
      );
      return rows.map(({ name }) => name).toSorted();
    };
    const [thisMonth, nextMonth, afterThat] = await partitions();
    await pool.query(`drop table ${nextMonth}, ${afterThat}`);
    const { exitCode, complaints } = await runCommand(["migrate"], { DATABASE_URL: url });
    expect({ exitCode, complaints }).toEqual({ exitCode: 0, complaints: "" });
    expect(await partitions()).toEqual([thisMonth, nextMonth, afterThat]);
  }));
