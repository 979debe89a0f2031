/**
 * Days, weeks and months as the clocks of a time zone show them: a day has 23 or 25 hours when they are
 * changed. Dashboards and alerts get the bounds from here, so no query of theirs needs a calendar.
 */
import { DAY_MS, isoTimestamp, parseTimestamp } from "../base/clock.ts";
import { dayStartIn } from "../pricing/effective-date.ts";

export const PERIODS = ["day", "week", "month"] as const;
export type Period = (typeof PERIODS)[number];

/** From a moment up to, and without, another; in milliseconds since the Unix epoch. */
export interface Window {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The day, the week from Monday, or the month in which a moment lies. */
export type Calendar = (period: Period, atMs: number) => Window;

const DAYS_PER_WEEK = 7;
/** The first of January 1970 was a Thursday: three days after a Monday. */
const EPOCH_WEEKDAY = 3;

/** @param timeZone An IANA name. @throws RangeError when there is none of that name. */
export function calendarIn(timeZone: string): Calendar {
  const startOf = dayStartIn(timeZone);
  const local = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short" });
  return (period, atMs) => {
    const today = local.format(atMs);
    const [first, next] = DAYS_OF[period](parseTimestamp(`${today}T00:00:00Z`));
    return { fromMs: startOf(dayOf(first)), toMs: startOf(dayOf(next)) };
  };
}

/** The first day of a period and of the next, each as its midnight in UTC, which has no clock changes. */
const DAYS_OF: Readonly<Record<Period, (todayMs: number) => readonly [number, number]>> = {
  day: (todayMs) => [todayMs, todayMs + DAY_MS],
  week: (todayMs) => {
    const weekday = (todayMs / DAY_MS + EPOCH_WEEKDAY) % DAYS_PER_WEEK;
    const mondayMs = todayMs - weekday * DAY_MS;
    return [mondayMs, mondayMs + DAYS_PER_WEEK * DAY_MS];
  },
  month: (todayMs) => {
    const firstMs = firstOfMonth(todayMs);
    // No month is longer, and none is as short as half of it.
    return [firstMs, firstOfMonth(firstMs + 31 * DAY_MS)];
  },
};

function firstOfMonth(dayMs: number): number {
  return parseTimestamp(`${dayOf(dayMs).slice(0, "2026-11".length)}-01T00:00:00Z`);
}

function dayOf(midnightMs: number): string {
  return isoTimestamp(midnightMs).slice(0, "2026-11-24".length);
}
