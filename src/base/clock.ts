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

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** `ms` since the Unix epoch as ISO 8601 in UTC: `1_764_547_200_000` is `"2025-12-01T00:00:00.000Z"`. */
export function isoTimestamp(ms: number): string {
  return new Date(ms).toISOString();
}

/** Milliseconds since the Unix epoch of an ISO 8601 text; `NaN` when it is not one. */
export function parseTimestamp(text: string): number {
  return Date.parse(text);
}

/** Whether `text` is `YYYY-MM-DD`, and a day that there is: the parser takes February 30 for March 2. */
export function isDay(text: string): boolean {
  if (!DAY.test(text)) return false;
  const ms = parseTimestamp(`${text}T00:00:00Z`);
  return !Number.isNaN(ms) && isoTimestamp(ms).startsWith(text);
}
