import fc from "fast-check";
import { expect, test } from "vitest";

import { isoTimestamp } from "../../src/base/clock.ts";
import { pacificMidnight } from "../../src/pricing/effective-date.ts";

test.each([
  ["2026-12-01", "2026-12-01T08:00:00.000Z"], // standard time, UTC-8
  ["2027-01-01", "2027-01-01T08:00:00.000Z"],
  ["2026-08-13", "2026-08-13T07:00:00.000Z"], // daylight saving, UTC-7
  ["2026-03-08", "2026-03-08T08:00:00.000Z"], // clocks go forward at 2:00 that day
  ["2026-03-09", "2026-03-09T07:00:00.000Z"],
  ["2026-11-01", "2026-11-01T07:00:00.000Z"], // and back at 2:00 that day
  ["2026-11-02", "2026-11-02T08:00:00.000Z"],
])("%s begins in California at %s", (day, utc) => {
  expect(isoTimestamp(pacificMidnight(day))).toBe(utc);
});

test("every day of twenty years begins at 0:00 on the wall there", () => {
  const wall = new Intl.DateTimeFormat("sv-SE", {
    timeZone: "America/Los_Angeles",
    dateStyle: "short",
    timeStyle: "medium",
  });
  const dayMs = 86_400_000;
  fc.assert(
    fc.property(
      fc.integer({ min: Date.UTC(2020) / dayMs, max: Date.UTC(2040) / dayMs }),
      (days) => {
        const day = isoTimestamp(days * dayMs).slice(0, 10);
        expect(wall.format(pacificMidnight(day))).toBe(`${day} 00:00:00`);
      },
    ),
  );
});
