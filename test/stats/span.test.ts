import fc from "fast-check";
import { expect, test } from "vitest";

import { isoTimestamp, parseTimestamp } from "../../src/base/clock.ts";
import { spansOf } from "../../src/stats/span.ts";

const UNIT_MS = { day: 86_400_000, hour: 3_600_000, row: 1 };

function shown(from: string, to: string): readonly string[] {
  const stretch = { fromMs: parseTimestamp(from), toMs: parseTimestamp(to) };
  return spansOf(stretch).map(({ unit, fromMs, toMs }) =>
    [unit, ...[fromMs, toMs].map((ms) => isoTimestamp(ms).slice(5, 16))].join(" "),
  );
}

test("a month in Berlin is an hour, whole days, and 23 hours", () => {
  expect(shown("2026-10-31T23:00Z", "2026-11-30T23:00Z")).toEqual([
    "hour 10-31T23:00 11-01T00:00",
    "day 11-01T00:00 11-30T00:00",
    "hour 11-30T00:00 11-30T23:00",
  ]);
});

test("a day in India has half an hour of rows at each end", () => {
  expect(shown("2026-11-23T18:30Z", "2026-11-24T18:30Z")).toEqual([
    "row 11-23T18:30 11-23T19:00",
    "hour 11-23T19:00 11-24T18:00",
    "row 11-24T18:00 11-24T18:30",
  ]);
});

test("whatever the stretch, its spans follow each other from end to end and fit their sums", () => {
  const moment = fc.integer({ min: 0, max: 40 * UNIT_MS.day });
  fc.assert(
    fc.property(moment, moment, (one, other) => {
      const stretch = { fromMs: Math.min(one, other), toMs: Math.max(one, other) };
      const spans = spansOf(stretch);
      let atMs = stretch.fromMs;
      for (const { unit, fromMs, toMs } of spans) {
        expect(fromMs).toBe(atMs);
        expect(toMs).toBeGreaterThan(fromMs);
        expect([fromMs % UNIT_MS[unit], toMs % UNIT_MS[unit]]).toEqual([0, 0]);
        atMs = toMs;
      }
      expect(atMs).toBe(stretch.toMs);
      // Rows are read for less than an hour at each end, however long it is.
      const rowsMs = spans
        .filter(({ unit }) => unit === "row")
        .reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
      expect(rowsMs).toBeLessThan(2 * UNIT_MS.hour);
    }),
  );
});
