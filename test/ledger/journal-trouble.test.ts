/** What becomes of rows when the disk, or somebody on it, does what it should not. */
import { readdirSync, readlinkSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

import { lineOf } from "../../src/ledger/row-line.ts";
import { aBacklog, drained, idsIn, MIB } from "../support/backlog.ts";
import { aRecord, NOON_MS } from "../support/record.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

test("where no directory can be made rows wait in memory, and that is said once", async () => {
  const parent = temporaryDirectory();
  writeFileSync(join(parent, "file"), "");
  const { backlog, logger } = aBacklog(join(parent, "file"));
  const records = [aRecord(), aRecord()];
  for (const record of records) {
    backlog.begin(record);
    expect(backlog.add(record)).toBe(true);
  }
  expect(backlog).toMatchObject({ pending: 2, pendingOnDisk: 0, bytes: 0 });
  expect(await drained(backlog)).toEqual(records.map(lineOf));
  expect(logger.warnings).toEqual([
    expect.stringMatching(/^The journal cannot be written, so usage rows wait in memory: EEXIST/),
  ]);
});

test("once files can be written again they are, five seconds later at most", async () => {
  const directory = join(temporaryDirectory(), "journal");
  writeFileSync(directory, "");
  let monotonicMs = 0;
  const clock = { now: () => NOON_MS, monotonicMs: () => monotonicMs };
  const { backlog, logger } = aBacklog(directory, {}, clock);
  const [early, soon, later] = [aRecord(), aRecord(), aRecord()];
  backlog.begin(later);
  backlog.add(early);
  rmSync(directory);
  monotonicMs = 4_999;
  backlog.add(soon);
  expect(backlog.pendingOnDisk).toBe(0);
  monotonicMs = 5_000;
  backlog.add(later);
  expect(backlog.pendingOnDisk).toBe(1);
  expect(await drained(backlog)).toEqual([early, soon, later].map(lineOf));
  expect(logger.warnings).toHaveLength(1);
  expect(logger.infos).toEqual(["The journal is written again"]);
});

test("a call whose end came while no file could be written is not under way for ever", async () => {
  const directory = join(temporaryDirectory(), "journal");
  let monotonicMs = 0;
  const clock = { now: () => NOON_MS, monotonicMs: () => monotonicMs };
  const { backlog, logger } = aBacklog(directory, {}, clock);
  const [before, between, after] = [aRecord(), aRecord(), aRecord()];
  backlog.begin(between);
  backlog.add(before);
  rmSync(directory, { recursive: true });
  writeFileSync(directory, "");
  await expect.poll(() => logger.warnings).toHaveLength(1);
  expect(backlog.add(between)).toBe(true);
  expect(idsIn(await drained(backlog))).toEqual([between.id, before.id]);
  rmSync(directory);
  monotonicMs = 5_000;
  expect(backlog.add(after)).toBe(true);
  expect(idsIn(await drained(backlog))).toEqual([after.id]);
  backlog.close();
  expect(readdirSync(directory)).toEqual([]);
});

test("a directory that is deleted while it is written to is made anew, and no row is lost by it", async () => {
  const directory = join(temporaryDirectory(), "journal");
  const { backlog, logger } = aBacklog(directory);
  const records = Array.from({ length: 4 }, () => aRecord());
  const [a, b, c, d] = records;
  backlog.begin(d!);
  backlog.add(a!);
  rmSync(directory, { recursive: true });
  backlog.add(b!);
  await expect.poll(() => logger.warnings).toHaveLength(1);
  expect(logger.warnings[0]).toContain("The journal's directory was taken away");
  backlog.add(c!);
  expect(backlog).toMatchObject({ pending: 3, pendingOnDisk: 1 });
  expect(idsIn(await backlog.oldest(10))).toEqual([a!.id, b!.id]);
  backlog.close();
  // What began before goes on in the new one.
  const { backlog: heir } = aBacklog(directory);
  await heir.start(() => {});
  expect(idsIn(await drained(heir))).toEqual([d!.id, c!.id]);
});

test("one that was taken for dead by mistake goes on in a new directory", async () => {
  const root = temporaryDirectory();
  const { backlog, logger } = aBacklog(root);
  const [taken, underWay, later] = [aRecord(), aRecord(), aRecord()];
  backlog.add(taken);
  backlog.begin(underWay);
  const [home] = readdirSync(root);
  renameSync(join(root, home!), join(temporaryDirectory(), "of the heir"));
  await backlog.start(() => {});
  expect(logger.warnings).toEqual([
    `The journal's directory was taken away, and is made anew: ${join(root, home!)}`,
  ]);
  backlog.add(underWay);
  backlog.add(later);
  // The heir has the first as well: a row that is written twice is stored once.
  expect(idsIn(await drained(backlog))).toEqual([taken, underWay, later].map(({ id }) => id));
});

test("files that others delete are counted as lost, and those that are there are read", async () => {
  const directory = temporaryDirectory();
  const { backlog, logger } = aBacklog(directory, { maxBytes: MIB });
  const records = Array.from({ length: 900 }, () => aRecord());
  for (const record of records) backlog.add(record);
  const [home] = readdirSync(directory);
  const second = join(directory, home!, "000002.log");
  // Until it was brought to the disk it is open, and can be read though it was deleted.
  await expect.poll(() => openFiles()).not.toContain(second);
  rmSync(second);
  const lines = await drained(backlog);
  expect(backlog.lost).toBeGreaterThan(100);
  expect(lines).toHaveLength(900 - backlog.lost);
  expect(logger.warnings).toEqual([
    `Usage rows in the journal are damaged, and lost: ${backlog.lost}`,
  ]);
});

function openFiles(): readonly string[] {
  return readdirSync("/proc/self/fd").flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/self/fd/${fd}`)];
    } catch {
      return []; // the one by which they are listed
    }
  });
}
