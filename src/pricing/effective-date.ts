/**
 * When a dated price begins: Google names days without a zone, and its billing days are US Pacific.
 * Resellers may bill by days of their own, so the zone is a part.
 */
import { DAY_MS, parseTimestamp } from "../base/clock.ts";

/** The moment at which `day` (`YYYY-MM-DD`) begins, in milliseconds since the Unix epoch. */
export type DayStart = (day: string) => number;

export const GOOGLE_TIME_ZONE = "America/Los_Angeles";

/**
 * Where days begin by the clocks of `timeZone`: in Los Angeles `"2026-12-01"` begins at
 * 2026-12-01T08:00Z, and `"2026-08-13"` (daylight saving) at 2026-08-13T07:00Z. A day whose midnight
 * is skipped by its clocks begins when they are put forward.
 *
 * @param timeZone An IANA name. @throws RangeError when there is none of that name.
 */
export function dayStartIn(timeZone: string): DayStart {
  const wall = new Intl.DateTimeFormat("sv-SE", {
    timeZone,
    dateStyle: "short",
    timeStyle: "medium",
  });
  const aheadOfUtcAt = (ms: number): number =>
    parseTimestamp(`${wall.format(ms).replace(" ", "T")}Z`) - ms;
  return (day) => {
    const midnightUtc = parseTimestamp(`${day}T00:00:00Z`);
    // Where the clocks change about then, only one of these is midnight by them.
    const before = midnightUtc - aheadOfUtcAt(midnightUtc - DAY_MS);
    const after = midnightUtc - aheadOfUtcAt(midnightUtc + DAY_MS);
    const isMidnight = (ms: number): boolean => ms + aheadOfUtcAt(ms) === midnightUtc;
    return isMidnight(after) && !isMidnight(before) ? after : before;
  };
}

/** Whether `name` is an IANA time zone, such as `Europe/Berlin`; a bare offset is none. */
export function isTimeZone(name: string): boolean {
  try {
    return /^[a-z]/i.test(name) && Boolean(new Intl.DateTimeFormat("en", { timeZone: name }));
  } catch {
    return false;
  }
}
