/** What a file of budgets has to look like. A slip must not leave a brand without its bound: every fault is named. */
import { shown } from "../base/error-text.ts";
import { fromUsdString } from "../base/money.ts";
import { keeping, listOf, recordOf } from "../base/rule.ts";
import { isTimeZone } from "../pricing/effective-date.ts";
import { isTagValue, TAG_RULE } from "../usage/tags.ts";
import { type Budget, EVERY_BRAND } from "./budget.ts";
import { PERIODS } from "./window.ts";

const MAX_WARNINGS = 5;

const BUDGET = recordOf(
  {
    brand: keeping(isBrand, `\`${EVERY_BRAND}\` or a name of ${TAG_RULE}`),
    period: keeping(isPeriod, `one of ${PERIODS.join(", ")}`),
    amountUsd: keeping(isAmount, 'US dollars above 0 as a decimal text, such as "500.00"'),
    timeZone: keeping(isZone, "the IANA name of a time zone"),
    warnAt: warningShares,
  },
  ["brand", "period", "amountUsd"],
);
const SHARES = listOf(keeping(isShare, "a share from 0.01 to 0.99 in whole percents"));

/**
 * The budgets that `value`, the content of a file, lists. Empty where there are faults, which are
 * added to `faults` under the name `path`.
 */
export function budgetsIn(value: unknown, path: string, faults: string[]): readonly Budget[] {
  if (!Array.isArray(value)) {
    faults.push(`Expected \`${path}\` to be a list of budgets, got ${shown(value)}`);
    return [];
  }
  const found: string[] = [];
  const budgets = value.filter((each: unknown, at) => isBudget(each, `${path}[${at}]`, found));
  found.push(...contradictions(budgets, path));
  faults.push(...found);
  return found.length === 0 ? budgets : [];
}

function isBudget(value: unknown, path: string, faults: string[]): value is Budget {
  const found = BUDGET(value, path);
  faults.push(...found);
  return found.length === 0;
}

/** What is right budget by budget, and can't be so together. */
function contradictions(budgets: readonly Budget[], path: string): readonly string[] {
  const periods = new Set<string>();
  const zones = new Map<string, string>();
  return budgets.flatMap(({ brand, period, timeZone }) => {
    const faults: string[] = [];
    const whose = `\`${path}\` for brand ${shown(brand)}`;
    const key = `${period} ${brand}`;
    if (periods.has(key)) faults.push(`Expected ${whose} to have one budget a ${period}`);
    periods.add(key);
    const known = zones.get(brand) ?? timeZone;
    if (known === undefined) return faults;
    zones.set(brand, known);
    if (timeZone === undefined || timeZone === known) return faults;
    // Its days are bounds of all its periods, so there can be but one kind.
    return [...faults, `Expected ${whose} to have one time zone, got ${known} and ${timeZone}`];
  });
}

function warningShares(value: unknown, path: string): readonly string[] {
  const faults = [...SHARES(value, path)];
  if (!Array.isArray(value)) return faults;
  if (value.length > MAX_WARNINGS) {
    faults.unshift(`Expected \`${path}\` to have at most ${MAX_WARNINGS}, got ${value.length}`);
  }
  // Each is a series of its own, and a page with one of them twice is no sound page.
  if (new Set(value).size < value.length) faults.push(`Expected \`${path}\` to name a share once`);
  return faults;
}

function isBrand(value: unknown): boolean {
  return value === EVERY_BRAND || isTagValue(value);
}

function isPeriod(value: unknown): boolean {
  return PERIODS.some((period) => period === value);
}

function isZone(value: unknown): boolean {
  return typeof value === "string" && isTimeZone(value);
}

function isAmount(value: unknown): boolean {
  try {
    return typeof value === "string" && fromUsdString(value) > 0n;
  } catch {
    return false;
  }
}

function isShare(value: unknown): boolean {
  if (typeof value !== "number") return false;
  const percent = Math.round(value * 100);
  return percent >= 1 && percent <= 99 && value === percent / 100;
}
