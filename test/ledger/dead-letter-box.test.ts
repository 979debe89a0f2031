import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { DeadLetterBox } from "../../src/ledger/dead-letter-box.ts";
import { lineOfLetter } from "../../src/ledger/dead-letter.ts";
import { lineOf, rowOfLine } from "../../src/ledger/row-line.ts";
import { aRecord } from "../support/record.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const REFUSAL = { code: "23514", constraint: "api_usage_attempt_check" };

test("a letter holds the row by its columns, and why it was refused, in one line of JSON", async () => {
  const box = new DeadLetterBox(temporaryDirectory());
  const record = aRecord({ endpoint: 'said "}"', attempt: 0 });
  await box.put(lineOf(record), REFUSAL);
  const [name = ""] = await box.names();
  const text = await box.read(name);
  expect(text).toMatch(/^[^\n]+\n$/);
  expect(JSON.parse(text)).toEqual({ ...REFUSAL, row: rowOfLine(lineOf(record)) });
  expect(lineOfLetter(text)).toBe(lineOf(record));
});

test("only its owner can read it", async () => {
  const box = new DeadLetterBox(temporaryDirectory());
  await box.put(lineOf(aRecord()), REFUSAL);
  const [name = ""] = readdirSync(box.directory);
  expect(statSync(join(box.directory, name)).mode & 0o777).toBe(0o600);
  expect(statSync(box.directory).mode & 0o777).toBe(0o700);
});

test("a row that is refused again is kept once, as it lies there, also by several processes", async () => {
  const dataDir = temporaryDirectory();
  const row = lineOf(aRecord());
  const [box, other] = [new DeadLetterBox(dataDir), new DeadLetterBox(dataDir)];
  await box.put(row, REFUSAL);
  const [name = ""] = await box.names();
  const path = join(box.directory, name);
  writeFileSync(path, "mended by hand");
  await other.put(row, REFUSAL);
  expect(readdirSync(box.directory)).toEqual([name]);
  expect(readFileSync(path, "utf8")).toBe("mended by hand");
});

test("what is in it is bounded, also where others fill it, and there is room again for each that is taken out", async () => {
  const dataDir = temporaryDirectory();
  const [box, other] = [new DeadLetterBox(dataDir, 2), new DeadLetterBox(dataDir, 2)];
  await other.put(lineOf(aRecord()), REFUSAL);
  await box.put(lineOf(aRecord()), REFUSAL);
  await expect(box.put(lineOf(aRecord()), REFUSAL)).rejects.toThrow("2 rows lie there already");
  const [name = ""] = await box.names();
  await box.remove(name);
  await box.put(lineOf(aRecord()), REFUSAL);
  expect(await box.names()).toHaveLength(2);
});

test("where nothing can be written it says so, and leaves nothing half done", async () => {
  const dataDir = join(temporaryDirectory(), "a-file");
  writeFileSync(dataDir, "");
  const box = new DeadLetterBox(dataDir);
  await expect(box.put(lineOf(aRecord()), REFUSAL)).rejects.toMatchObject({ code: "ENOTDIR" });
  await expect(box.names()).rejects.toMatchObject({ code: "ENOTDIR" });
});
