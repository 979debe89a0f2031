/** What repricing found, summed up by model and brand. */
import { type Picodollars, toUsdString } from "../base/money.ts";
import type { ReasonLeft, RepricedRow } from "./repriced-row.ts";
import { type Adjusted, ledgerCost, type StoredRow } from "./stored-row.ts";

/** Amounts are US dollars as exact decimal text; a cost that was not known adds nothing. */
export interface RepricedTotals {
  /** Rows whose cost, or how far it is known, is another now. */
  readonly rows: number;
  readonly before_usd: string;
  readonly after_usd: string;
  readonly difference_usd: string;
  /** Those of `rows` whose cost was unknown before. */
  readonly newly_priced: number;
}

export interface RepricedGroup extends RepricedTotals {
  readonly model: string | null;
  readonly brand: string;
}

export interface RepricingReport {
  /** ISO 8601. */
  readonly since: string;
  readonly until: string;
  readonly brand?: string;
  readonly model?: string;
  readonly dry_run: boolean;
  /** Rows of the period that were looked at. */
  readonly rows: number;
  /** Adjustments that were posted; fewer than rows changed where another run was there first. */
  readonly posted: number;
  readonly changed: RepricedTotals;
  /** The largest difference first. */
  readonly by_model_and_brand: readonly RepricedGroup[];
  /** Rows of the period that keep their cost, by why. */
  readonly left_alone: Readonly<Record<ReasonLeft, number>>;
  /** Rows of the period whose cost is unknown, also after this. */
  readonly unpriced_requests: number;
}

type Asked = Pick<RepricingReport, "since" | "until"> & {
  readonly brand: string | undefined;
  readonly model: string | undefined;
  readonly dryRun: boolean;
};

const NONE_LEFT: Readonly<Record<ReasonLeft, number>> = {
  free: 0,
  http_rule: 0,
  given: 0,
  own_price: 0,
  no_usage: 0,
  no_price: 0,
  no_longer_priced: 0,
};

export class RepricingTally {
  readonly #asked: Asked;
  readonly #changed = new Sums();
  readonly #groups = new Map<string, { readonly row: StoredRow; readonly sums: Sums }>();
  readonly #left: Record<ReasonLeft, number> = { ...NONE_LEFT };
  #rows = 0;
  #posted = 0;
  #unpriced = 0;

  constructor(asked: Asked) {
    this.#asked = asked;
  }

  add(row: StoredRow & Adjusted, repriced: RepricedRow | ReasonLeft): void {
    this.#rows += 1;
    if (typeof repriced === "string") {
      this.#left[repriced] += 1;
      if (ledgerCost(row).cost === undefined) this.#unpriced += 1;
    } else if (repriced.adjustment !== undefined) {
      this.#changed.add(repriced);
      this.#groupOf(row).add(repriced);
    }
  }

  addPosted(adjustments: number): void {
    this.#posted += adjustments;
  }

  report(): RepricingReport {
    const { since, until, brand, model, dryRun } = this.#asked;
    const groups = [...this.#groups.values()].toSorted((a, b) => b.sums.compare(a.sums));
    return {
      since,
      until,
      ...(brand !== undefined && { brand }),
      ...(model !== undefined && { model }),
      dry_run: dryRun,
      rows: this.#rows,
      posted: this.#posted,
      changed: this.#changed.totals(),
      by_model_and_brand: groups.map(({ row, sums }) => ({
        model: row.model,
        brand: row.brand,
        ...sums.totals(),
      })),
      left_alone: { ...this.#left },
      unpriced_requests: this.#unpriced,
    };
  }

  #groupOf(row: StoredRow): Sums {
    const key = JSON.stringify([row.model, row.brand]);
    const group = this.#groups.get(key) ?? { row, sums: new Sums() };
    this.#groups.set(key, group);
    return group.sums;
  }
}

class Sums {
  #rows = 0;
  #newlyPriced = 0;
  #before: Picodollars = 0n;
  #after: Picodollars = 0n;

  add({ before, after }: RepricedRow): void {
    this.#rows += 1;
    if (before.cost === undefined) this.#newlyPriced += 1;
    this.#before += before.cost ?? 0n;
    this.#after += after.cost;
  }

  /** Above 0 when this one's difference, up or down, is the larger. */
  compare(other: Sums): number {
    const larger = this.#distance - other.#distance;
    return larger > 0n ? 1 : larger < 0n ? -1 : 0;
  }

  totals(): RepricedTotals {
    return {
      rows: this.#rows,
      before_usd: toUsdString(this.#before),
      after_usd: toUsdString(this.#after),
      difference_usd: toUsdString(this.#difference),
      newly_priced: this.#newlyPriced,
    };
  }

  get #difference(): Picodollars {
    return this.#after - this.#before;
  }

  get #distance(): Picodollars {
    return this.#difference < 0n ? -this.#difference : this.#difference;
  }
}
