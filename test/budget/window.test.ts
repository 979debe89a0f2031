import fc from "fast-check";
import { expect, test } from "vitest";

import { isoTimestamp, parseTimestamp } from "../../src/base/clock.ts";
import { calendarIn, type Period, PERIODS } from "../../src/budget/window.ts";

const HOUR_MS = 3_600_000;
const ZONES = [
  "UTC",
  "Europe/Berlin",
  "America/Los_Angeles",
  "America/Havana", // clocks are put back from 01:00 to 00:00
  "Asia/Beirut", // clocks are put forward at midnight
  "Asia/Kolkata", // +05:30
  "Asia/Kathmandu", // +05:45
  "Australia/Lord_Howe", // half an hour of daylight saving
  "Pacific/Chatham",
  "Pacific/Kiritimati", // +14:00
];

test.each<[string, Period, string, string, string]>([
  // Summer time ends on 25 October: the month has an hour more, and so has that day.
  ["Europe/Berlin", "month", "2026-10-31T12:00Z", "2026-09-30T22:00", "2026-10-31T23:00"],
  ["Europe/Berlin", "day", "2026-10-25T12:00Z", "2026-10-24T22:00", "2026-10-25T23:00"],
  // It began on 29 March: a day of 23 hours.
  ["Europe/Berlin", "day", "2026-03-29T12:00Z", "2026-03-28T23:00", "2026-03-29T22:00"],
  ["Europe/Berlin", "week", "2026-11-29T22:59Z", "2026-11-22T23:00", "2026-11-29T23:00"],
  ["Europe/Berlin", "week", "2026-11-29T23:00Z", "2026-11-29T23:00", "2026-12-06T23:00"],
  // In Brazil clocks skipped midnight of 4 November 2018, so that day began at 01:00.
  ["America/Sao_Paulo", "day", "2018-11-04T12:00Z", "2018-11-04T03:00", "2018-11-05T02:00"],
  ["America/Sao_Paulo", "month", "2018-11-15T12:00Z", "2018-11-01T03:00", "2018-12-01T02:00"],
  // And had 23 to 24 o'clock of 17 February 2018 twice.
  ["America/Sao_Paulo", "day", "2018-02-18T02:30Z", "2018-02-17T02:00", "2018-02-18T03:00"],
  ["Asia/Kolkata", "month", "2026-11-24T12:00Z", "2026-10-31T18:30", "2026-11-30T18:30"],
  ["UTC", "month", "2028-02-29T12:00Z", "2028-02-01T00:00", "2028-03-01T00:00"],
  ["UTC", "month", "2026-12-31T12:00Z", "2026-12-01T00:00", "2027-01-01T00:00"],
])("in %s the %s at %s is from %s to %s", (timeZone, period, at, from, to) => {
  const { fromMs, toMs } = calendarIn(timeZone)(period, parseTimestamp(at));
  expect([isoTimestamp(fromMs), isoTimestamp(toMs)]).toEqual([`${from}:00.000Z`, `${to}:00.000Z`]);
});

test("whenever and wherever, a period holds its moment and the next begins where it ends", () => {
  const moment = fc.integer({
    min: parseTimestamp("2020-01-01T00:00Z"),
    max: parseTimestamp("2030-01-01T00:00Z"),
  });
  const calendars = ZONES.map(calendarIn);
  fc.assert(
    fc.property(
      moment,
      fc.constantFrom(...calendars),
      fc.constantFrom(...PERIODS),
      (atMs, calendar, period) => {
        const { fromMs, toMs } = calendar(period, atMs);
        expect(fromMs).toBeLessThanOrEqual(atMs);
        expect(toMs).toBeGreaterThan(atMs);
        expect(calendar(period, fromMs)).toEqual({ fromMs, toMs });
        expect(calendar(period, toMs).fromMs).toBe(toMs);
        expect(calendar(period, toMs - 1).toMs).toBe(toMs);
      },
    ),
    { numRuns: 500 },
  );
});

test("a day is 23 to 25 hours long, and a week is seven days from Monday", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 3_650 }), fc.constantFrom(...ZONES), (day, zone) => {
      const calendar = calendarIn(zone);
      const atMs = parseTimestamp("2020-01-01T12:00Z") + day * 24 * HOUR_MS;
      const { fromMs, toMs } = calendar("day", atMs);
      expect((toMs - fromMs) / HOUR_MS).toBeGreaterThanOrEqual(23);
      expect((toMs - fromMs) / HOUR_MS).toBeLessThanOrEqual(25);
      const week = calendar("week", atMs);
      const weekday = new Intl.DateTimeFormat("en", { timeZone: zone, weekday: "long" });
      expect(weekday.format(week.fromMs)).toBe("Monday");
      expect(Math.round((week.toMs - week.fromMs) / (24 * HOUR_MS))).toBe(7);
    }),
  );
});
