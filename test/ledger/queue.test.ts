import fc from "fast-check";
import { expect, test } from "vitest";

import { MemoryQueue } from "../../src/ledger/queue.ts";
import { lineOf, rowOfLine } from "../../src/ledger/row-line.ts";
import { aRecord, NOON_MS } from "../support/record.ts";

test("hands out the oldest first, and the same until they are acknowledged", async () => {
  const queue = new MemoryQueue();
  const [a, b, c] = [aRecord(), aRecord(), aRecord()];
  for (const record of [a, b, c]) queue.add(record);
  expect(await queue.oldest(2)).toEqual([lineOf(a), lineOf(b)]);
  expect(await queue.oldest(2)).toEqual([lineOf(a), lineOf(b)]);
  await queue.acknowledge(2);
  expect(await queue.oldest(2)).toEqual([lineOf(c)]);
});

test("refuses what it has no room for, until there is room", async () => {
  const queue = new MemoryQueue(2);
  expect([queue.add(aRecord()), queue.add(aRecord()), queue.add(aRecord())]).toEqual([
    true,
    true,
    false,
  ]);
  await queue.acknowledge(1);
  expect(queue.add(aRecord())).toBe(true);
  expect(queue.pending).toBe(2);
});

test("knows when the call of its oldest record ended", async () => {
  const queue = new MemoryQueue();
  expect(queue.oldestPendingAtMs).toBeUndefined();
  queue.add(aRecord({ startedAtMs: NOON_MS, durationMs: 250 }));
  queue.add(aRecord({ startedAtMs: NOON_MS + 60_000, durationMs: 1 }));
  expect(queue.oldestPendingAtMs).toBe(NOON_MS + 250);
  await queue.acknowledge(1);
  expect(queue.oldestPendingAtMs).toBe(NOON_MS + 60_001);
});

test("in whatever order it is filled and emptied, each record comes out once and in order", () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ adds: fc.nat(900), takes: fc.nat(900) }), { maxLength: 12 }),
      async (rounds) => {
        const queue = new MemoryQueue(100_000);
        const template = aRecord();
        const out: number[] = [];
        let added = 0;
        for (const { adds, takes } of rounds) {
          for (let i = 0; i < adds; i++) queue.add({ ...template, attempt: added++ });
          const lines = await queue.oldest(takes);
          out.push(...lines.map((line) => Number(rowOfLine(line)["attempt"])));
          await queue.acknowledge(lines.length);
        }
        expect(out).toEqual(Array.from({ length: out.length }, (_, i) => i));
        expect(queue.pending).toBe(added - out.length);
      },
    ),
    { numRuns: 20 },
  ));
