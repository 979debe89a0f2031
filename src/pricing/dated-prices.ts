/** All that one model costs or did cost, with the rates of each period worked out when first asked for. */
import type { DayStart } from "./effective-date.ts";
import { itemRates, type ItemRate } from "./item-rates.ts";
import { type Platform, PLATFORMS, type PricePeriod, type Tier } from "./list-price.ts";
import { rateCard, type RateCard } from "./rates.ts";
import type { PricedModel, UserPeriod } from "./user-price.ts";

/** A price in force. */
export interface Price {
  /** Undefined for a model that is billed by the piece alone. */
  readonly rates: RateCard | undefined;
  readonly items: readonly ItemRate[];
  /** True when the model is given away: a known zero. */
  readonly isFree: boolean;
  /**
   * Names the price in the book, so that a cost can be computed again from its row:
   * `<book>/<model>@<first day, or start>/<tier>`, then `/above-200k` where those rates were used.
   * A price that is Vertex AI's own says so after the model: `<model>:vertex_ai@…`. One that is
   * the user's has `user:<digest>` in place of the book.
   */
  readonly priceVersion: string;
  readonly model: PricedModel;
  /** As it was written down. */
  readonly period: PricePeriod | UserPeriod;
}

export class DatedPrices {
  readonly #onGeminiApi: readonly Period[];
  readonly #onVertexAi: readonly Period[];

  constructor(bookVersion: string, model: PricedModel, startOf: DayStart) {
    const name = `${bookVersion}/${model.id}`;
    const dated = (named: string, periods: readonly (PricePeriod | UserPeriod)[]) =>
      periods.map((period) => new Period(named, model, period, startOf));
    const general = dated(name, model.periods);
    const { vertexPeriods } = model;
    const vertex =
      vertexPeriods === undefined ? general : dated(`${name}:vertex_ai`, vertexPeriods);
    const on = (platform: Platform, listed: readonly Period[]) => [
      ...(model.userPeriods ?? [])
        .filter(({ platforms = PLATFORMS }) => platforms.includes(platform))
        .flatMap((period) => dated(`${period.version}/${model.id}`, [period])),
      ...(model.platforms.includes(platform) ? listed : []),
    ];
    this.#onGeminiApi = on("gemini_api", general);
    this.#onVertexAi = on("vertex_ai", vertex);
  }

  /** The price in force at `atMs`; undefined when none is known for that day or platform. */
  at(
    atMs: number,
    platform: string | undefined,
    tier: Tier,
    above200k: boolean,
  ): Price | undefined {
    const period = this.#on(platform).find(({ fromMs, toMs }) => atMs >= fromMs && atMs < toMs);
    return period?.price(tier, above200k);
  }

  #on(platform: string | undefined): readonly Period[] {
    if (platform === "vertex_ai") return this.#onVertexAi;
    return platform === undefined || platform === "gemini_api" ? this.#onGeminiApi : [];
  }
}

class Period {
  readonly fromMs: number;
  readonly toMs: number;
  readonly #name: string;
  readonly #model: PricedModel;
  readonly #period: PricePeriod | UserPeriod;
  readonly #prices = new Map<Tier, Price>();
  readonly #pricesAbove200k = new Map<Tier, Price>();

  constructor(
    name: string,
    model: PricedModel,
    period: PricePeriod | UserPeriod,
    startOf: DayStart,
  ) {
    this.fromMs = period.from === undefined ? -Infinity : startOf(period.from);
    this.toMs = period.to === undefined ? Infinity : startOf(period.to);
    this.#name = `${name}@${period.from ?? "start"}`;
    this.#model = model;
    this.#period = period;
  }

  price(tier: Tier, above200k: boolean): Price {
    const long = above200k && this.#period.tiers?.standard.above200k !== undefined;
    const known = long ? this.#pricesAbove200k : this.#prices;
    let price = known.get(tier);
    if (price === undefined) {
      price = this.#work(tier, long);
      known.set(tier, price);
    }
    return price;
  }

  #work(tier: Tier, long: boolean): Price {
    const { tiers } = this.#period;
    const rates = tiers && rateCard(tiers, tier, long);
    return {
      rates,
      items: itemRates(this.#period, tier),
      isFree: rates?.input.standard === 0n && rates.output?.standard === 0n,
      priceVersion: `${this.#name}/${tier}${long ? "/above-200k" : ""}`,
      model: this.#model,
      period: this.#period,
    };
  }
}
