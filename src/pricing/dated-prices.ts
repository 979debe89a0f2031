/** All that one model costs or did cost, with the rates of each period worked out when first asked for. */
import type { Modality } from "../usage/tokens.ts";
import { pacificMidnight } from "./effective-date.ts";
import type { ModelPrice, PricePeriod, Tier } from "./list-price.ts";
import { rateCard, type RateCard } from "./rates.ts";

/** A price in force. */
export interface Price {
  readonly rates: RateCard;
  /** True when Google gives the model away: a known zero. */
  readonly isFree: boolean;
  readonly mainOutput: Modality | undefined;
  /**
   * Names the price in the book, so that a cost can be computed again from its row:
   * `<book>/<model>@<first day, or start>/<tier>`, then `/above-200k` where those rates were used.
   * A price that is Vertex AI's own says so after the model: `<model>:vertex_ai@…`.
   */
  readonly priceVersion: string;
}

export class DatedPrices {
  readonly #model: ModelPrice;
  readonly #general: readonly Period[];
  readonly #vertex: readonly Period[];

  constructor(bookVersion: string, model: ModelPrice) {
    const name = `${bookVersion}/${model.id}`;
    const periodsOf = (periods: readonly PricePeriod[], named: string) =>
      periods.map((period) => new Period(named, model, period));
    this.#model = model;
    this.#general = periodsOf(model.periods, name);
    this.#vertex =
      model.vertexPeriods === undefined
        ? this.#general
        : periodsOf(model.vertexPeriods, `${name}:vertex_ai`);
  }

  /** The price in force at `atMs`; undefined when none is known for that day or platform. */
  at(
    atMs: number,
    platform: string | undefined,
    tier: Tier,
    above200k: boolean,
  ): Price | undefined {
    if (platform !== undefined && !this.#model.platforms.some((known) => known === platform)) {
      return undefined;
    }
    const periods = platform === "vertex_ai" ? this.#vertex : this.#general;
    for (const period of periods) {
      if (atMs >= period.fromMs && atMs < period.toMs) return period.price(tier, above200k);
    }
    return undefined;
  }
}

class Period {
  readonly fromMs: number;
  readonly toMs: number;
  readonly #name: string;
  readonly #model: ModelPrice;
  readonly #period: PricePeriod;
  readonly #prices = new Map<Tier, Price>();
  readonly #pricesAbove200k = new Map<Tier, Price>();

  constructor(name: string, model: ModelPrice, period: PricePeriod) {
    this.fromMs = period.from === undefined ? -Infinity : pacificMidnight(period.from);
    this.toMs = period.to === undefined ? Infinity : pacificMidnight(period.to);
    this.#name = `${name}@${period.from ?? "start"}`;
    this.#model = model;
    this.#period = period;
  }

  price(tier: Tier, above200k: boolean): Price {
    const long = above200k && this.#period.tiers.standard.above200k !== undefined;
    const known = long ? this.#pricesAbove200k : this.#prices;
    let price = known.get(tier);
    if (price === undefined) {
      price = this.#work(tier, long);
      known.set(tier, price);
    }
    return price;
  }

  #work(tier: Tier, long: boolean): Price {
    const rates = rateCard(this.#period.tiers, tier, long);
    return {
      rates,
      isFree: rates.input.standard === 0n && rates.output?.standard === 0n,
      mainOutput: this.#model.mainOutput,
      priceVersion: `${this.#name}/${tier}${long ? "/above-200k" : ""}`,
    };
  }
}
