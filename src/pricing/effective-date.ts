/**
 * When a dated price begins: Google names days without a zone, and its billing days are US Pacific.
 */
import { parseTimestamp } from "../base/clock.ts";

const ZONE = "America/Los_Angeles";
const MS_PER_HOUR = 3_600_000;

/**
 * Midnight US Pacific time at the start of `day` (`YYYY-MM-DD`), in milliseconds since the Unix
 * epoch: `"2026-12-01"` is 2026-12-01T08:00Z, `"2026-08-13"` (daylight saving) is 2026-08-13T07:00Z.
 */
export function pacificMidnight(day: string): number {
  // Eight hours past midnight UTC it is 0:00 or 1:00 there, before the clocks change at 2:00.
  const midnightOrOne = parseTimestamp(`${day}T08:00:00Z`);
  const hour = new Intl.DateTimeFormat("en-US", { timeZone: ZONE, hour: "numeric", hour12: false });
  const isMidnight = Number(hour.format(midnightOrOne)) % 24 === 0;
  return isMidnight ? midnightOrOne : midnightOrOne - MS_PER_HOUR;
}
