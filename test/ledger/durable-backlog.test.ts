import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";

import { lineOf, rowOfLine } from "../../src/ledger/row-line.ts";
import { aBacklog, drained, idsIn, MIB } from "../support/backlog.ts";
import { aRecord, NOON_MS } from "../support/record.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

test("hands out the oldest first, and the same until they are acknowledged", async () => {
  const { backlog } = aBacklog(temporaryDirectory());
  const records = Array.from({ length: 3 }, () => aRecord());
  for (const record of records) backlog.add(record);
  const [a, b, c] = records.map(lineOf);
  expect(await backlog.oldest(2)).toEqual([a, b]);
  expect(await backlog.oldest(2)).toEqual([a, b]);
  await backlog.acknowledge(1);
  expect(await backlog.oldest(2)).toEqual([b, c]);
  expect(backlog.pending).toBe(2);
});

test("what was not acknowledged comes to the next on the same directory, once it is closed", async () => {
  const directory = temporaryDirectory();
  const { backlog: first } = aBacklog(directory);
  const records = Array.from({ length: 20 }, () => aRecord());
  for (const record of records) first.add(record);
  first.close();
  const { backlog: second, logger } = aBacklog(directory);
  const onInherited = vi.fn<() => void>();
  await second.start(onInherited);
  expect(onInherited).toHaveBeenCalledOnce();
  expect(logger.infos).toEqual(["Takes over usage rows of a process that is gone: 20"]);
  expect(await drained(second)).toEqual(records.map(lineOf));
  second.close();
  expect(readdirSync(directory)).toEqual([]);
});

test("nothing is taken from one that is open", async () => {
  const directory = temporaryDirectory();
  const { backlog: first } = aBacklog(directory);
  first.add(aRecord());
  const { backlog: second } = aBacklog(directory);
  await second.start(() => {});
  expect([first.pending, second.pending]).toEqual([1, 0]);
});

test("a call that began and never ended is a row of its own, with what was known of it", async () => {
  const directory = temporaryDirectory();
  const { backlog: first } = aBacklog(directory);
  const ended = aRecord();
  const underWay = aRecord({ status: "unknown", tokens: undefined, usageStatus: "missing" });
  for (const record of [underWay, ended]) first.begin(record);
  first.add(ended);
  first.close();
  const { backlog: second, logger } = aBacklog(directory);
  await second.start(() => {});
  const rows = (await drained(second)).map(rowOfLine);
  expect(rows).toEqual([
    { ...rowOfLine(lineOf(underWay)), request_duration_ms: undefined },
    rowOfLine(lineOf(ended)),
  ]);
  expect(logger.warnings).toEqual([
    "Takes over usage rows of a process that is gone: 2, with calls whose end was never seen: 1",
  ]);
});

test("an heir that dies before it is done leaves all to its own heir, and no call ends twice", async () => {
  const directory = temporaryDirectory();
  const records = Array.from({ length: 4 }, () => aRecord());
  for (const record of records.slice(0, 3)) {
    const { backlog } = aBacklog(directory);
    await backlog.start(() => {});
    backlog.begin(record);
    backlog.close();
  }
  const { backlog: last, logger } = aBacklog(directory);
  last.add(records[3]!);
  await last.start(() => {});
  const lines = await drained(last);
  expect(idsIn(lines).toSorted()).toEqual(records.map(({ id }) => id).toSorted());
  expect(logger.warnings).toEqual(
    Array(3).fill(
      "Takes over usage rows of a process that is gone: 1, with calls whose end was never seen: 1",
    ),
  );
  last.close();
  expect(readdirSync(directory)).toEqual([]);
});

test("of many that come at once each row goes to exactly one", async () => {
  const directory = temporaryDirectory();
  const left: string[] = [];
  for (let process = 0; process < 8; process++) {
    const { backlog } = aBacklog(directory);
    const records = Array.from({ length: 5 }, () => aRecord());
    left.push(...records.map(({ id }) => id));
    for (const record of records) backlog.add(record);
    backlog.close();
  }
  const heirs = Array.from({ length: 4 }, () => aBacklog(directory));
  await Promise.all(heirs.map(({ backlog }) => backlog.start(() => {})));
  const lines = await Promise.all(heirs.map(({ backlog }) => drained(backlog)));
  expect(idsIn(lines.flat()).toSorted()).toEqual(left.toSorted());
  expect(heirs.flatMap(({ logger }) => logger.warnings)).toEqual([]);
});

test("over many files it keeps the order, carries over what is under way, and deletes what is done with", async () => {
  const directory = temporaryDirectory();
  const { backlog } = aBacklog(directory, { maxBytes: MIB });
  const long = aRecord({ brand: "long" });
  backlog.begin(long);
  const files = () => readdirSync(directory, { recursive: true, encoding: "utf8" });
  const segments = () => files().filter((name) => name.endsWith(".log"));
  // 800 × about 700 bytes, in files of 128 KiB
  const records = Array.from({ length: 800 }, () => aRecord());
  for (const record of records) {
    backlog.begin(record);
    backlog.add(record);
  }
  expect(segments().length).toBeGreaterThan(3);
  expect(await drained(backlog)).toEqual(records.map(lineOf));
  expect(segments()).toHaveLength(1);
  backlog.close();
  // Its start is in the last file too. The rows of that may be written once more.
  const { backlog: heir } = aBacklog(directory);
  await heir.start(() => {});
  const ids = idsIn(await drained(heir));
  expect(ids[0]).toBe(long.id);
  expect(ids.length).toBeLessThan(100);
});

test("when it is full it takes no new calls, but the ends of those that it took, until there is room", async () => {
  const { backlog } = aBacklog(temporaryDirectory(), { maxBytes: MIB });
  const early = aRecord();
  backlog.begin(early);
  let taken = 0;
  while (backlog.add(aRecord())) taken += 1;
  expect(backlog.bytes).toBeGreaterThanOrEqual(MIB);
  expect(backlog.bytes).toBeLessThan(MIB + 2_000);
  const late = aRecord();
  backlog.begin(late);
  expect([backlog.add(late), backlog.add(early)]).toEqual([false, true]);
  expect(await drained(backlog)).toHaveLength(taken + 1);
  expect(backlog.add(late)).toBe(true);
});

test("what was inherited counts towards its bound", async () => {
  const directory = temporaryDirectory();
  const { backlog: first } = aBacklog(directory, { maxBytes: MIB });
  while (first.add(aRecord()));
  first.close();
  const { backlog: second } = aBacklog(directory, { maxBytes: MIB });
  await second.start(() => {});
  expect(second.add(aRecord())).toBe(false);
  await drained(second);
  expect(second.add(aRecord())).toBe(true);
});

test("knows since when rows wait, by the oldest of them", async () => {
  const { backlog } = aBacklog(temporaryDirectory());
  expect(backlog.oldestPendingAtMs).toBeUndefined();
  backlog.add(aRecord({ startedAtMs: NOON_MS, durationMs: 250 }));
  backlog.add(aRecord({ startedAtMs: NOON_MS + 60_000 }));
  expect(backlog.oldestPendingAtMs).toBe(NOON_MS + 250);
  await drained(backlog);
  expect(backlog.oldestPendingAtMs).toBeUndefined();
  backlog.add(aRecord({ startedAtMs: NOON_MS + 90_000, durationMs: 1 }));
  expect(backlog.oldestPendingAtMs).toBe(NOON_MS + 90_001);
});

test("a directory that nothing was written to is not made", async () => {
  const directory = join(temporaryDirectory(), "journal");
  const { backlog } = aBacklog(directory);
  await backlog.start(() => {});
  backlog.close();
  expect(() => readdirSync(directory)).toThrow("ENOENT");
});
