/** Expressions of money, all of the ledger's gauges. Each has the labels that its name says, or those in its comment. */
import {
  BUDGET,
  LEDGER_COST,
  LEDGER_REFRESH,
  PERIOD_COST,
  PERIOD_END,
  WINDOW_COST,
  WINDOW_LENGTH,
} from "../../src/metrics/catalogue.ts";
import type { NumberSpec } from "../../src/semconv/metric.ts";
import { selected } from "../promql.ts";

/** By brand and period, as all that follows: brands may have time zones of their own. */
export const SPENT: string = inPeriod(PERIOD_COST);
export const BUDGETED: string = inPeriod(BUDGET);
export const BUDGET_LEFT = `(${BUDGETED} - ${SPENT})`;
export const BUDGET_USED = `${SPENT} / ${BUDGETED}`;

/** US dollars per second over the last seven days, or for as long as the brand has been there; by brand. */
const WEEK_RATE = `(${inWindow(WINDOW_COST, "7d")} / ${inWindow(WINDOW_LENGTH, "7d")})`;
const SECONDS_LEFT = `clamp_min(${inPeriod(PERIOD_END)} - time(), 0)`;

/** Spend so far, and that of the rest of the period at the mean of the last week. */
export const FORECAST = `${SPENT} + ${SECONDS_LEFT} * on (brand) group_left () ${WEEK_RATE}`;

/** When the budget is spent at that rate, as a Unix time; none of a brand that gets by until the period ends. */
export const RUNS_OUT = `(time() + clamp_min(${BUDGET_LEFT}, 0) / on (brand) group_left () (${WEEK_RATE} > 0)) < ${inPeriod(PERIOD_END)}`;

/** Spent in the last seven days, and in the seven before; by brand. */
export const THIS_WEEK: string = inWindow(WINDOW_COST, "7d");
export const LAST_WEEK = `(${inWindow(WINDOW_COST, "7d", " offset 7d")} or ${THIS_WEEK} * 0)`;
export const LAST_DAY: string = inWindow(WINDOW_COST, "1d");

/**
 * Spent in the time range of the board, by `labels`: a difference of all-time totals, so exact to a
 * reading of the ledger. What is new since the range began counts from 0; but when no gauges were there
 * at that time, nothing is said, as it would be all that was ever spent.
 */
export function spentInRange(labels: string): string {
  return `${spentSince("$__range", labels)}`;
}

/** As above, for a range that ends now and is as long as `duration`. */
export function spentSince(duration: string, labels: string): string {
  const total = selected(LEDGER_COST);
  const now = `max by (brand, model) (${total})`;
  const before = `max by (brand, model) (last_over_time(${total}[1h] offset ${duration}))`;
  const wereThere = `count(last_over_time(${LEDGER_REFRESH.name}[1h] offset ${duration}))`;
  return `sum by (${labels}) (${now} - (${before} or ${now} * 0)) and on () ${wereThere}`;
}

function inPeriod(metric: NumberSpec): string {
  return `max by (brand, period) (${selected(metric, { where: 'period="$period"' })})`;
}

function inWindow(metric: NumberSpec, window: string, offset: string = ""): string {
  return `max by (brand) (${selected(metric, { where: `window="${window}"` })}${offset})`;
}
