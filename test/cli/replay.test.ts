import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Pool } from "pg";

import { expect, test } from "vitest";

import { DeadLetterBox } from "../../src/ledger/dead-letter-box.ts";
import type { UsageRecord } from "../../src/usage/record.ts";
import { withDatabase, withEmptyDatabase } from "../support/database.ts";
import { aRecord } from "../support/record.ts";
import { sumsIn } from "../support/sums.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { type CommandResult, runCommand } from "../support/terminal.ts";
import { aWriter, storedIds } from "../support/writer.ts";

interface Replay {
  readonly pool: Pool;
  readonly box: DeadLetterBox;
  readonly replay: (...args: readonly string[]) => Promise<CommandResult>;
}

/** Runs `fn` with the dead letters that a writer left of `records`. */
async function withLetters(
  records: readonly Partial<UsageRecord>[],
  fn: (replay: Replay) => Promise<void>,
): Promise<void> {
  await withDatabase(async ({ pool, url }) => {
    const dataDir = temporaryDirectory();
    const box = new DeadLetterBox(dataDir);
    const writer = aWriter(pool, { deadLetters: box });
    for (const record of records) writer.accept(aRecord(record));
    await writer.close({ timeoutMs: 10_000 });
    const environment = { DATABASE_URL: url, SPENDSPAN_DATA_DIR: dataDir };
    await fn({ pool, box, replay: (...args) => runCommand(["replay", ...args], environment) });
  });
}

const NO_UUID = "00000000-0000-7000-8000-00000000000x";
const MENDED_UUID = "00000000-0000-7000-8000-000000000001";

test("what Postgres takes now is stored and taken out, and of the rest it says why it stays", () =>
  withLetters(
    [{ attempt: 0 }, { attempt: -1 }, { id: NO_UUID }, {}],
    async ({ pool, box, replay }) => {
      expect((await box.names()).length).toBe(3);
      await pool.query("alter table api_usage drop constraint api_usage_attempt_check");

      const dry = await replay("--dry-run");
      expect(dry.printed).toMatch("2 rows would be stored; dry run: nothing was\n\nStill in ");
      expect(await storedIds(pool)).toHaveLength(1);
      expect(await box.names()).toHaveLength(3);

      const real = await replay();
      const [staying = ""] = await box.names();
      expect(real).toEqual({
        exitCode: 0,
        complaints: "",
        printed: [
          "2 rows stored",
          "",
          `Still in ${box.directory}:`,
          "Rows  Refused for  For example",
          "─".repeat(19 + staying.length),
          `   1  22P02        ${staying}`,
        ].join("\n"),
      });
      expect(await storedIds(pool)).toHaveLength(3);
      expect(await box.names()).toEqual([staying]);
      for (const { kept, taken } of await sumsIn(pool)) expect(kept).toEqual(taken);
    },
  ));

test("a letter that was mended by hand goes in", () =>
  withLetters([{ id: NO_UUID }], async ({ pool, box, replay }) => {
    const [name = ""] = await box.names();
    const text = await box.read(name);
    writeFileSync(join(box.directory, name), text.replace(NO_UUID, MENDED_UUID));
    expect((await replay()).printed).toBe("1 row stored");
    expect(await storedIds(pool)).toEqual([MENDED_UUID]);
    expect((await replay()).printed).toBe(`Nothing to do: no rows wait in ${box.directory}`);
  }));

test("a row that is in the ledger already is not stored twice", () =>
  withLetters([{ id: NO_UUID }], async ({ pool, box, replay }) => {
    const [name = ""] = await box.names();
    const mended = (await box.read(name)).replace(NO_UUID, MENDED_UUID);
    for (const copy of [name, "copy.jsonl"]) writeFileSync(join(box.directory, copy), mended);
    expect((await replay()).printed).toBe("2 rows stored");
    expect(await storedIds(pool)).toEqual([MENDED_UUID]);
  }));

test("a file that is no letter stays where it is", () =>
  withLetters([{ id: NO_UUID }], async ({ box, replay }) => {
    const [name = ""] = await box.names();
    for (const text of ["", "{", "null", '{"row":null}', '{"row":"text"}']) {
      writeFileSync(join(box.directory, name), text);
      expect((await replay()).printed).toContain("1  not a dead letter  ");
    }
    expect(await box.names()).toEqual([name]);
  }));

test("while Postgres is away nothing is taken out, and it says so", () =>
  withLetters([{ attempt: 0 }], async ({ box, replay }) => {
    const result = await replay("--database-url", "postgres://nobody@127.0.0.1:1/none");
    expect(result.exitCode).toBe(1);
    expect(result.complaints).toContain("ECONNREFUSED");
    expect(await box.names()).toHaveLength(1);
  }));

test("a database without the ledger's schema is told what it lacks, and nothing is taken out", () =>
  withLetters([{ attempt: 0 }], ({ box, replay }) =>
    withEmptyDatabase(async ({ url }) => {
      const result = await replay("--database-url", url);
      expect(result.exitCode).toBe(1);
      expect(result.complaints).toContain("The ledger lacks tables: run `spendspan migrate`");
      expect(await box.names()).toHaveLength(1);
    }),
  ));
