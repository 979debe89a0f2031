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
import { ALREADY, NOT_IN_PERIOD } from "../look.ts";
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

/**
 * When the budget is spent at that rate, as a Unix time: {@link ALREADY} if it is, {@link NOT_IN_PERIOD}
 * of a brand that gets by until the period ends, and nothing where budget or rate are not known.
 */
export const RUNS_OUT = [
  `(${BUDGET_LEFT} <= 0) * 0 + ${ALREADY}`,
  `(time() + ${BUDGET_LEFT} / on (brand) group_left () (${WEEK_RATE} > 0)) < ${inPeriod(PERIOD_END)}`,
  `${BUDGET_LEFT} * on (brand) group_left () ${WEEK_RATE} * 0 + ${NOT_IN_PERIOD}`,
].join(" or ");

/** Spent in the last seven days, in the seven before, and in the last day; by brand. */
export const THIS_WEEK: string = inWindow(WINDOW_COST, "7d");
export const LAST_WEEK = `(${ago("7d", "brand", selected(WINDOW_COST, { where: 'window="7d"' }))})`;
export const LAST_DAY: string = inWindow(WINDOW_COST, "1d");

/**
 * Spent since as long ago as `duration`, by model: a difference of all-time totals, so exact to a
 * reading of the ledger.
 */
export function spentByModelSince(duration: string): string {
  const total = selected(LEDGER_COST);
  const now = `max by (brand, model) (${total})`;
  return `sum by (model) (${now} - (${ago(duration, "brand, model", total)}))`;
}

/**
 * What gauges said then. What is new since counts from 0; but when no gauges at all were there, nothing
 * is said: a difference to 0 would be all that was ever spent.
 */
function ago(duration: string, labels: string, gauges: string): string {
  const then = `max by (${labels}) (last_over_time(${gauges}[1h] offset ${duration}))`;
  const wereThere = `count(last_over_time(${LEDGER_REFRESH.name}[1h] offset ${duration}))`;
  return `(${then} or max by (${labels}) (${gauges}) * 0) and on () ${wereThere}`;
}

function inPeriod(metric: NumberSpec): string {
  return `max by (brand, period) (${selected(metric, { where: 'period="$period"' })})`;
}

function inWindow(metric: NumberSpec, window: string): string {
  return `max by (brand) (${selected(metric, { where: `window="${window}"` })})`;
}
