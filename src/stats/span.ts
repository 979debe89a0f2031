/**
 * A stretch of time, cut where the ledger's sums begin and end: days and hours of UTC are summed
 * already, and only what lies before the first full hour and behind the last is read from rows.
 */
import { DAY_MS } from "../base/clock.ts";

/** From a moment up to, and without, another; in milliseconds since the Unix epoch. */
export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A part of a stretch, and the sums, or rows, that hold it. */
export interface Span extends Stretch {
  readonly unit: "day" | "hour" | "row";
}

const HOUR_MS = 3_600_000;
/** From coarse to fine. */
const UNITS = [
  { unit: "day", unitMs: DAY_MS },
  { unit: "hour", unitMs: HOUR_MS },
  { unit: "row", unitMs: 1 },
] as const;

/**
 * The fewest spans that make up `stretch`, each in the coarsest unit that fits. The month of a zone that
 * is an hour ahead begins with an hour, goes on with whole days, and ends with 23 hours.
 */
export function spansOf(stretch: Stretch): readonly Span[] {
  return cut(stretch, 0);
}

function cut({ fromMs, toMs }: Stretch, coarsest: number): readonly Span[] {
  const level = UNITS[coarsest];
  if (level === undefined || fromMs >= toMs) return [];
  const { unit, unitMs } = level;
  const middle = {
    fromMs: Math.ceil(fromMs / unitMs) * unitMs,
    toMs: Math.floor(toMs / unitMs) * unitMs,
  };
  if (middle.fromMs >= middle.toMs) return cut({ fromMs, toMs }, coarsest + 1);
  return [
    ...cut({ fromMs, toMs: middle.fromMs }, coarsest + 1),
    { unit, ...middle },
    ...cut({ fromMs: middle.toMs, toMs }, coarsest + 1),
  ];
}
