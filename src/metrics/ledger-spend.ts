/**
 * The ledger as it was at one moment, and the metrics that show it.
 *
 * Which brands and models have series of their own follows from the ledger and the budgets, and not from
 * what a process saw first: all replicas show the same, and `max by` over them is right.
 */
import { type Picodollars, toUsdNumber } from "../base/money.ts";
import {
  BUDGET,
  BUDGET_WARNING,
  BUDGETS_RELOADED,
  LEDGER_COST,
  LEDGER_REFRESH,
  PERIOD_COST,
  PERIOD_END,
  PERIOD_START,
  WINDOW_COST,
  WINDOW_LENGTH,
} from "./catalogue.ts";
import type { Labels, MetricFamily, NumberPoint } from "./family.ts";
import { LabelGuard, OTHER, type LabelLimits } from "./label-guard.ts";

/** The ledger as it was at one moment. */
export interface LedgerSpend {
  /** In milliseconds since the Unix epoch. */
  readonly readAtMs: number;
  /** Those that come first have series of their own, if not all can. */
  readonly brands: readonly BrandFigures[];
  /** All that was ever spent. Likewise. */
  readonly models: readonly {
    readonly brand: string;
    readonly model: string;
    readonly cost: Picodollars;
  }[];
  /** False while the file of budgets has faults, and those from before hold. */
  readonly budgetsAreSound: boolean;
}

export interface BrandFigures {
  readonly brand: string;
  readonly periods: readonly PeriodFigures[];
  readonly windows: readonly WindowFigures[];
}

/** A day, week or month of the brand's own time zone; from a moment up to, and without, another. */
export interface PeriodFigures {
  readonly period: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly cost: Picodollars;
  /** Undefined when nothing bounds it. */
  readonly budget: BudgetFigures | undefined;
}

interface BudgetFigures {
  readonly amount: Picodollars;
  readonly warnings: readonly { readonly share: number; readonly amount: Picodollars }[];
}

/** The time up to the reading. */
export interface WindowFigures {
  /** Its full length: `7d`. */
  readonly window: string;
  /** Its length, which is shorter for a brand that has not been there for so long. */
  readonly lengthMs: number;
  readonly cost: Picodollars;
}

export interface LedgerSeriesLimits {
  readonly labelLimits: Partial<LabelLimits>;
  /** Most series of spend by brand and model. */
  readonly maxSeries: number;
}

/** Without the periods that are over at `nowMs`. */
export function withoutPast(spend: LedgerSpend, nowMs: number): LedgerSpend {
  const brands = spend.brands.map((figures) => ({
    ...figures,
    periods: figures.periods.filter(({ toMs }) => toMs > nowMs),
  }));
  return { ...spend, brands };
}

/** The families of the gauges, in the order of the catalogue. */
export function ledgerFamilies(
  spend: LedgerSpend,
  limits: LedgerSeriesLimits,
): readonly MetricFamily[] {
  const guard = new LabelGuard(limits.labelLimits);
  const brands = spend.brands.map((figures) => ({
    ...figures,
    label: guard.admit("brand", figures.brand),
  }));
  const all = <Figures>(pick: (of: BrandFigures) => readonly Figures[]) =>
    brands.flatMap((one) => pick(one).map((figures) => ({ ...figures, brand: one.label })));
  const periods = all((one) => one.periods);
  const folded = foldedLabels(brands.map(({ label }) => label));
  const windows = all((one) => one.windows);
  return [
    { spec: PERIOD_COST, points: sums(periods, ({ brand, period }) => ({ brand, period })) },
    ...boundFamilies(periods.filter(({ brand }) => !folded.has(brand))),
    { spec: WINDOW_COST, points: sums(windows, ({ brand, window }) => ({ brand, window })) },
    { spec: WINDOW_LENGTH, points: lengths(windows) },
    { spec: LEDGER_COST, points: modelPoints(spend, guard, limits.maxSeries) },
    { spec: LEDGER_REFRESH, points: [{ labels: {}, value: spend.readAtMs / 1_000 }] },
    { spec: BUDGETS_RELOADED, points: [{ labels: {}, value: spend.budgetsAreSound ? 1 : 0 }] },
  ];
}

type LabelledPeriod = PeriodFigures & { readonly brand: string };
type LabelledWindow = WindowFigures & { readonly brand: string };

/** Those that stand for several brands: beyond the limit, or with names that no label tells apart. */
function foldedLabels(labels: readonly string[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const folded = new Set([OTHER]);
  for (const label of labels) (seen.has(label) ? folded : seen).add(label);
  return folded;
}

/** Brands that are folded into one differ in budgets and in the bounds of their days, so it has none. */
function boundFamilies(periods: readonly LabelledPeriod[]): readonly MetricFamily[] {
  const bounds = (value: (of: LabelledPeriod) => number): readonly NumberPoint[] =>
    periods.map((one) => ({
      labels: { brand: one.brand, period: one.period },
      value: value(one),
    }));
  const budgets = periods.flatMap(({ brand, period, budget }) =>
    budget === undefined ? [] : [{ labels: { brand, period }, ...budget }],
  );
  return [
    { spec: PERIOD_START, points: bounds(({ fromMs }) => fromMs / 1_000) },
    { spec: PERIOD_END, points: bounds(({ toMs }) => toMs / 1_000) },
    {
      spec: BUDGET,
      points: budgets.map(({ labels, amount }) => ({ labels, value: toUsdNumber(amount) })),
    },
    {
      spec: BUDGET_WARNING,
      points: budgets.flatMap(({ labels, warnings }) =>
        warnings.map(({ share, amount }) => ({
          labels: { ...labels, at: String(share) },
          value: toUsdNumber(amount),
        })),
      ),
    },
  ];
}

/** The longest of those that are folded into one. */
function lengths(windows: readonly LabelledWindow[]): readonly NumberPoint[] {
  const longest = new Map<string, NumberPoint>();
  for (const { brand, window, lengthMs } of windows) {
    const key = `${brand}\n${window}`;
    const value = Math.max(longest.get(key)?.value ?? 0, lengthMs / 1_000);
    longest.set(key, { labels: { brand, window }, value });
  }
  return [...longest.values()];
}

function modelPoints(
  { models }: LedgerSpend,
  guard: LabelGuard,
  maxSeries: number,
): readonly NumberPoint[] {
  const known = new Set<string>();
  return sums(models, ({ brand, model }) => {
    const labels = { brand: guard.admit("brand", brand), model: guard.admit("model", model) };
    const key = `${labels.brand}\n${labels.model}`;
    if (!known.has(key) && known.size >= maxSeries) return { brand: OTHER, model: OTHER };
    known.add(key);
    return labels;
  });
}

/** The sum under each set of labels: exact, and rounded once. */
function sums<Figures extends { readonly cost: Picodollars }>(
  figures: readonly Figures[],
  labelsOf: (one: Figures) => Labels,
): readonly NumberPoint[] {
  const byKey = new Map<string, { readonly labels: Labels; readonly cost: Picodollars }>();
  for (const one of figures) {
    const labels = labelsOf(one);
    const key = Object.values(labels).join("\n");
    byKey.set(key, { labels, cost: (byKey.get(key)?.cost ?? 0n) + one.cost });
  }
  return Array.from(byKey.values(), ({ labels, cost }) => ({ labels, value: toUsdNumber(cost) }));
}
