/**
 * Time as a part: everything else takes a Clock, so a test can hold it still.
 *
 * This is the only file in which `Date` may be named; lint enforces it.
 */

export interface Clock {
  /** Wall time in milliseconds since the Unix epoch, a whole number. Can step back. */
  now(): number;
  /** Milliseconds from an arbitrary start, with fractions. Never steps back. */
  monotonicMs(): number;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
};

export const DAY_MS = 86_400_000;

/** Year 0 is none of Postgres's. */
const DAY = /^(?!0000)\d{4}-\d{2}-\d{2}$/;
/** A day, with or without a time, and that with or without a zone; Postgres writes `2025-12-01 00:00:00+00`. */
const ISO_8601 = /^([\d-]+)(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}(?::?\d{2})?)?)?$/;

const MINUTE_MS = 60_000;
/** The minute that was asked for last, in minutes since the Unix epoch, and its text: `2025-12-01T00:00:`. */
let minute = Number.NaN;
let minuteText = "";

/**
 * `ms` since the Unix epoch as ISO 8601 in UTC: `1_764_547_200_000` is `"2025-12-01T00:00:00.000Z"`.
 * Of times close together only the seconds are written anew: `Date` takes three times as long.
 *
 * @throws RangeError when there is no such time.
 */
export function isoTimestamp(ms: number): string {
  const wholeMs = Math.trunc(ms);
  const itsMinute = Math.floor(wholeMs / MINUTE_MS);
  if (itsMinute !== minute) {
    minuteText = new Date(wholeMs).toISOString().slice(0, -"00.000Z".length);
    minute = itsMinute;
  }
  const digits = String(100_000 + wholeMs - itsMinute * MINUTE_MS); // 1, SS, mmm
  return `${minuteText}${digits.slice(1, 3)}.${digits.slice(3)}Z`;
}

/**
 * Milliseconds since the Unix epoch of an ISO 8601 text, `2025-12-01` or `2025-12-01T01:30:00+01:30`, also with
 * a space for the `T`; `NaN` when it is not one. `Date` takes more: `1` for the year 2001.
 */
export function parseTimestamp(text: string): number {
  const day = ISO_8601.exec(text)?.[1] ?? "";
  return isDay(day) ? Date.parse(text) : Number.NaN;
}

/** Whether `text` is `YYYY-MM-DD`, and a day that there is: `Date` takes February 30 for March 2. */
export function isDay(text: string): boolean {
  if (!DAY.test(text)) return false;
  const ms = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text);
}
