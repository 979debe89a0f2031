/** What the ledger would show of the simulated calls after each step, by the metrics' own code. */
import type { Picodollars } from "../../src/base/money.ts";
import { type Calendar, calendarIn, PERIODS } from "../../src/budget/window.ts";
import type { MetricFamily } from "../../src/metrics/family.ts";
import { type BrandFigures, ledgerFamilies } from "../../src/metrics/ledger-spend.ts";
import type { UsageRecord } from "../../src/usage/record.ts";
import { FROM_MS, SCRAPE_MS, type SimulatedBrand } from "./simulated-calls.ts";

const WINDOWS_MS = { "1d": 86_400_000, "7d": 604_800_000 };

export class SimulatedLedger {
  readonly #brands: readonly SimulatedBrand[];
  /** All-time cost of a brand after each step so far, the first before any call. */
  readonly #costs: ReadonlyMap<string, Picodollars[]>;
  readonly #models = new Map<string, { brand: string; model: string; cost: Picodollars }>();
  readonly #calendars: ReadonlyMap<string, Calendar>;

  constructor(brands: readonly SimulatedBrand[]) {
    this.#brands = brands;
    this.#costs = new Map(brands.map(({ brand }) => [brand, []]));
    this.#calendars = new Map(brands.map(({ timeZone }) => [timeZone, calendarIn(timeZone)]));
  }

  add(calls: readonly UsageRecord[]): void {
    for (const [brand, costs] of this.#costs) {
      const own = calls.filter((call) => call.brand === brand);
      costs.push(own.reduce((sum, { cost = 0n }) => sum + cost, costs.at(-1) ?? 0n));
    }
    for (const { brand, model = "", cost = 0n } of calls) {
      const known = this.#models.get(`${brand} ${model}`)?.cost ?? 0n;
      this.#models.set(`${brand} ${model}`, { brand, model, cost: known + cost });
    }
  }

  families(atMs: number): readonly MetricFamily[] {
    const spend = {
      readAtMs: atMs,
      brands: this.#brands
        .filter(({ brand }) => this.#costAt(brand, atMs) > 0n)
        .map((one) => this.#figures(one, atMs)),
      models: [...this.#models.values()],
      budgetsAreSound: true,
    };
    return ledgerFamilies(spend, { labelLimits: {}, maxSeries: 100 });
  }

  #figures({ brand, timeZone, budget }: SimulatedBrand, atMs: number): BrandFigures {
    const since = (fromMs: number) => this.#costAt(brand, atMs) - this.#costAt(brand, fromMs);
    const amounts = { day: 30n, week: 7n, month: 1n };
    const periods = PERIODS.map((period) => {
      const { fromMs, toMs } = this.#calendars.get(timeZone)!(period, atMs);
      const amount = budget === undefined ? undefined : budget / amounts[period];
      const bound = amount === undefined ? undefined : { amount, warnings: [] };
      return { period, fromMs, toMs, cost: since(fromMs), budget: bound };
    });
    const firstMs = FROM_MS + this.#costs.get(brand)!.findIndex((cost) => cost > 0n) * SCRAPE_MS;
    const windows = Object.entries(WINDOWS_MS).map(([window, fullMs]) => {
      const lengthMs = Math.max(SCRAPE_MS, Math.min(fullMs, atMs - firstMs));
      return { window, lengthMs, cost: since(atMs - fullMs) };
    });
    return { brand, periods, windows };
  }

  #costAt(brand: string, atMs: number): Picodollars {
    return this.#costs.get(brand)![(atMs - FROM_MS) / SCRAPE_MS] ?? 0n;
  }
}
