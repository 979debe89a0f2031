import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";

import { formatLine, type JournalLine } from "../../src/ledger/journal-line.ts";
import { Segment } from "../../src/ledger/segment.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const lines = fc.uniqueArray(
  fc.record({
    kind: fc.constantFrom<JournalLine["kind"]>("start", "end"),
    id: fc.uuid(),
    // Rows are JSON of one line. Some are longer than what is read at once.
    row: fc.oneof(
      fc.string({ unit: "binary" }).map((text) => JSON.stringify(text)),
      fc.constant(JSON.stringify("\u2028 and \r\n are line ends to some")),
      fc.integer({ min: 60_000, max: 140_000 }).map((length) => "é".repeat(length)),
    ),
  }),
  { selector: ({ id }) => id, minLength: 1, maxLength: 12 },
);

test("what was appended is read, in order, and then nothing until there is more", async () => {
  const segment = Segment.create(join(temporaryDirectory(), "segment"));
  const [a, b, c] = ["a", "b", "c"].map((id): JournalLine => ({ kind: "end", id, row: `"${id}"` }));
  segment.append(formatLine(a!) + formatLine(b!));
  expect(await segment.read()).toEqual([a, b]);
  expect(segment.isRead).toBe(true);
  expect(await segment.read()).toEqual([]);
  segment.append(formatLine(c!));
  expect(await segment.read()).toEqual([c]);
  segment.remove();
});

test("cut off at any byte, or with any byte changed, it gives all other lines, and none that was not written", async () => {
  const path = join(temporaryDirectory(), "segment");
  const damage = fc.record({
    at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    // 0: cut off there; else the bits that are turned over.
    flip: fc.nat(255),
  });
  await fc.assert(
    fc.asyncProperty(lines, damage, async (written, { at, flip }) => {
      const texts = written.map((line) => Buffer.from(formatLine(line)));
      writeFileSync(path, Buffer.concat(texts));
      const length = texts.reduce((sum, text) => sum + text.length, 0);
      const position = Math.floor(at * length);
      damageAt(path, position, flip);

      const untouched = written.filter((_, index) => {
        const start = texts.slice(0, index).reduce((sum, text) => sum + text.length, 0);
        const end = start + texts[index]!.length;
        return end <= position || (flip !== 0 && start > position);
      });
      const recovered = await linesIn(path);
      expect(recovered.filter(({ id }) => untouched.some((one) => one.id === id))).toEqual(
        untouched,
      );
      // But for those, at most the line that lost no more than the line end behind it.
      expect(recovered.length).toBeLessThanOrEqual(untouched.length + 1);
      for (const line of recovered) expect(written).toContainEqual(line);
    }),
    { numRuns: 300 },
  );
});

test("a file that was cut short while it is read ends there", async () => {
  const path = join(temporaryDirectory(), "segment");
  const line: JournalLine = { kind: "end", id: "a", row: "1" };
  writeFileSync(path, formatLine(line).repeat(3));
  const segment = Segment.existing(path);
  truncateSync(path, formatLine(line).length);
  expect(await segment.read()).toEqual([line]);
  expect(segment.isRead).toBe(false);
  expect(await segment.read()).toEqual([]);
  expect(segment.isRead).toBe(true);
});

test("one that others deleted says so when it is synced, and can still be read", async () => {
  const segment = Segment.create(join(temporaryDirectory(), "segment"));
  const line: JournalLine = { kind: "end", id: "a", row: "1" };
  segment.append(formatLine(line));
  expect(await segment.sync()).toBe(true);
  Segment.existing(segment.path).remove();
  expect(await segment.sync()).toBe(false);
  segment.seal({ keepOpen: true });
  expect(await segment.read()).toEqual([line]);
  segment.remove();
});

test("removed while it is read, it comes to no harm", async () => {
  const segment = Segment.create(join(temporaryDirectory(), "segment"));
  const line: JournalLine = { kind: "end", id: "a", row: "1" };
  segment.append(formatLine(line));
  const reading = segment.read();
  segment.remove();
  expect(await reading).toEqual([line]);
});

async function linesIn(path: string): Promise<readonly JournalLine[]> {
  const segment = Segment.existing(path);
  const found: JournalLine[] = [];
  while (!segment.isRead) found.push(...(await segment.read()));
  segment.rewind();
  return found;
}

function damageAt(path: string, position: number, flip: number): void {
  if (flip === 0) return truncateSync(path, position);
  const bytes = readFileSync(path);
  bytes[position]! ^= flip;
  writeFileSync(path, bytes);
}
