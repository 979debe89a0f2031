import fc from "fast-check";
import { expect, test, vi } from "vitest";

import { isDay, isoTimestamp, parseTimestamp, systemClock } from "../../src/base/clock.ts";

test("wall time is in whole milliseconds since the Unix epoch", () => {
  vi.useFakeTimers({ now: 1_764_547_200_000, toFake: ["Date"] });
  try {
    expect(systemClock.now()).toBe(1_764_547_200_000);
  } finally {
    vi.useRealTimers();
  }
});

test("monotonic time does not follow wall time when that is set back", () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  try {
    const before = systemClock.monotonicMs();
    vi.setSystemTime(0);
    expect(systemClock.monotonicMs()).toBeGreaterThanOrEqual(before);
  } finally {
    vi.useRealTimers();
  }
});

test("writes a time as ISO 8601 in UTC", () => {
  expect(isoTimestamp(1_764_547_200_000)).toBe("2025-12-01T00:00:00.000Z");
});

test("reads a time in any zone", () => {
  // 01:30 at +01:30 is midnight in UTC
  expect(parseTimestamp("2025-12-01T01:30:00+01:30")).toBe(1_764_547_200_000);
});

test.each([
  ["2025-12-01", 1_764_547_200_000],
  ["2025-12-01T00:00Z", 1_764_547_200_000],
  ["2025-12-01T00:00:00.123456789Z", 1_764_547_200_123],
  ["2025-11-30T24:00:00-0000", 1_764_547_200_000],
  ["2025-12-01 00:00:00.123+00", 1_764_547_200_123], // as Postgres writes it
])("reads %s", (text, ms) => {
  expect(parseTimestamp(text)).toBe(ms);
});

test.each([
  ["yesterday"],
  [""],
  ["2026-02-30"],
  ["2026-02-30T00:00:00Z"],
  ["2026-11-24T25:00:00Z"],
  ["2026-11-24T12:00:00+99:00"],
  ["0000-01-01T00:00:00Z"],
  // Times to `Date`, but in no form that says which.
  ["1"],
  ["24 Nov 2026"],
  ["11/12/2026"],
])("says NaN to what is no time in ISO 8601: %j", (text) => {
  expect(parseTimestamp(text)).toBeNaN();
});

test("reads back every time that it writes, also after one that was close by", () => {
  // The last millisecond of the year 9999; later years have a sign and six digits.
  const times = fc.integer({ min: 0, max: 253_402_300_799_999 });
  fc.assert(
    fc.property(times, fc.integer({ min: 0, max: 90_000 }), (ms, lessMs) => {
      for (const one of [ms, ms - lessMs, ms]) {
        expect(isoTimestamp(one)).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
        expect(parseTimestamp(isoTimestamp(one))).toBe(one);
      }
    }),
  );
});

test("has no text for what is no time", () => {
  expect(() => isoTimestamp(Number.NaN)).toThrow(RangeError);
});

test.each([
  ["2024-02-29", true],
  ["2026-02-29", false],
  ["2026-02-30", false],
  ["2026-13-01", false],
  ["2026-1-1", false],
  ["2026-12-01T00:00:00Z", false],
])("whether %s is a day that there is: %s", (text, isOne) => {
  expect(isDay(text)).toBe(isOne);
});
