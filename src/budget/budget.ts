/** What may be spent: per brand and period, as a list from the operator's file. */
import { fromUsdString, type Picodollars } from "../base/money.ts";
import type { Period } from "./window.ts";

/** One budget as it stands in the file. */
export interface Budget {
  /** Whose; `*` is every brand that has none of its own for this period. */
  readonly brand: string;
  readonly period: Period;
  /** US dollars as decimal text: `"500.00"`. */
  readonly amountUsd: string;
  /** Time zone of the brand's days, by its IANA name. Without it, that of `*`, then the option's. */
  readonly timeZone?: string;
  /** Shares of the amount at which to warn, in whole percents. @defaultValue `[0.8]` */
  readonly warnAt?: readonly number[];
}

/** What a brand may spend in a period. */
export interface Allowance {
  readonly amount: Picodollars;
  /** Amounts at which to warn, each with its share of the whole. */
  readonly warnings: readonly { readonly share: number; readonly amount: Picodollars }[];
}

/** Stands for every brand that has no budget of its own. */
export const EVERY_BRAND = "*";
const DEFAULT_WARN_AT = [0.8];

export class Budgets {
  /** The brands that have a budget of their own. */
  readonly brands: readonly string[];
  readonly #allowances = new Map<string, Allowance>();
  readonly #timeZones = new Map<string, string>();

  constructor(budgets: readonly Budget[] = []) {
    for (const budget of budgets) {
      this.#allowances.set(keyOf(budget.brand, budget.period), allowanceOf(budget));
      if (budget.timeZone !== undefined) this.#timeZones.set(budget.brand, budget.timeZone);
    }
    const named = new Set(budgets.map(({ brand }) => brand));
    this.brands = [...named].filter((brand) => brand !== EVERY_BRAND);
  }

  /** Undefined when nothing bounds it. */
  of(brand: string, period: Period): Allowance | undefined {
    return (
      this.#allowances.get(keyOf(brand, period)) ?? this.#allowances.get(keyOf(EVERY_BRAND, period))
    );
  }

  /** All that some budget names. */
  get timeZones(): readonly string[] {
    return [...this.#timeZones.values()];
  }

  timeZoneOf(brand: string): string | undefined {
    return this.#timeZones.get(brand) ?? this.#timeZones.get(EVERY_BRAND);
  }
}

function allowanceOf({ amountUsd, warnAt = DEFAULT_WARN_AT }: Budget): Allowance {
  const amount = fromUsdString(amountUsd);
  const warnings = warnAt.map((share) => {
    const percent = BigInt(Math.round(share * 100));
    return { share, amount: (amount * percent) / 100n };
  });
  return { amount, warnings };
}

function keyOf(brand: string, period: Period): string {
  return `${period} ${brand}`;
}
