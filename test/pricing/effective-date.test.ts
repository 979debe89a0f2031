import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { isoTimestamp } from "../../src/base/clock.ts";
import { dayStartIn, GOOGLE_TIME_ZONE, isTimeZone } from "../../src/pricing/effective-date.ts";

const DAY_MS = 86_400_000;

test.each([
  ["2026-12-01", "2026-12-01T08:00:00.000Z"], // standard time, UTC-8
  ["2027-01-01", "2027-01-01T08:00:00.000Z"],
  ["2026-08-13", "2026-08-13T07:00:00.000Z"], // daylight saving, UTC-7
  ["2026-03-08", "2026-03-08T08:00:00.000Z"], // clocks go forward at 2:00 that day
  ["2026-03-09", "2026-03-09T07:00:00.000Z"],
  ["2026-11-01", "2026-11-01T07:00:00.000Z"], // and back at 2:00 that day
  ["2026-11-02", "2026-11-02T08:00:00.000Z"],
])("%s begins in California at %s", (day, utc) => {
  expect(isoTimestamp(dayStartIn(GOOGLE_TIME_ZONE)(day))).toBe(utc);
});

test.each([
  ["UTC", "2026-12-01", "2026-12-01T00:00:00.000Z"],
  ["Europe/Berlin", "2026-12-01", "2026-11-30T23:00:00.000Z"], // UTC+1
  ["Asia/Kolkata", "2026-12-01", "2026-11-30T18:30:00.000Z"], // UTC+5:30
  ["Pacific/Kiritimati", "2026-12-01", "2026-11-30T10:00:00.000Z"], // UTC+14
  ["Africa/Cairo", "2026-04-24", "2026-04-23T22:00:00.000Z"], // 0:00 is 1:00, UTC+2 becomes +3
  ["Africa/Cairo", "2026-10-30", "2026-10-29T22:00:00.000Z"], // 24:00 was 23:00: midnight by UTC+2
  ["America/Havana", "2026-11-01", "2026-11-01T04:00:00.000Z"], // 0:00 comes twice: the first, UTC-4
])("in %s %s begins at %s", (zone, day, utc) => {
  expect(isoTimestamp(dayStartIn(zone)(day))).toBe(utc);
});

test.each([GOOGLE_TIME_ZONE, "Europe/London", "Asia/Kathmandu", "Pacific/Auckland"])(
  "every day of twenty years begins at 0:00 on the wall in %s",
  (timeZone) => {
    const wall = new Intl.DateTimeFormat("sv-SE", {
      timeZone,
      dateStyle: "short",
      timeStyle: "medium",
    });
    const startOf = dayStartIn(timeZone);
    fc.assert(
      fc.property(
        fc.integer({ min: Date.UTC(2020) / DAY_MS, max: Date.UTC(2040) / DAY_MS }),
        (days) => {
          const day = isoTimestamp(days * DAY_MS).slice(0, 10);
          expect(wall.format(startOf(day))).toBe(`${day} 00:00:00`);
        },
      ),
    );
  },
);

describe("a time zone", () => {
  test.each(["America/Los_Angeles", "Europe/Berlin", "Asia/Kolkata", "US/Pacific", "UTC"])(
    "is %s",
    (name) => {
      expect(isTimeZone(name)).toBe(true);
    },
  );

  test.each(["Mars/Olympus", "Pacific", "+01:00", "-08", "", " UTC"])("is not %j", (name) => {
    expect(isTimeZone(name)).toBe(false);
  });
});
