/** A price in force, as people and programs read it: US dollars in decimal text, sources in words. */
import { toUsdString } from "../base/money.ts";
import type { ItemKind } from "../usage/items.ts";
import { MODALITIES, type Modality } from "../usage/tokens.ts";
import type { Price } from "./dated-prices.ts";
import type { ItemRate } from "./item-rates.ts";
import type { PriceBook, PriceQuery } from "./price-book.ts";
import { type Source, SOURCES } from "./prices/sources.ts";
import type { RateCard, TokenRate } from "./rates.ts";

/** US dollars per million tokens. */
export interface QuotedRate {
  /** For tokens of any modality that is not named below, and for thinking. */
  readonly usd: string;
  /** Those that differ, documents from images; `null` where no price is known. */
  readonly by_modality: { readonly [M in Modality]?: string | null };
  /** True when no source prints it, and a rule filled it in. */
  readonly estimated: boolean;
}

export interface QuotedRates {
  readonly input: QuotedRate;
  readonly cached_input: QuotedRate;
  /** `null` for a model that answers without billed tokens, as embeddings do. */
  readonly output: QuotedRate | null;
}

/** What is billed by the piece. */
export interface QuotedItem {
  readonly item: ItemKind;
  /** The only one that it is for, such as a resolution; `null`: any. */
  readonly variant: string | null;
  readonly usd: string;
  /** Each, or once for a request that used any. */
  readonly per: "piece" | "prompt";
}

export interface PriceQuote {
  readonly model: string;
  readonly aliases: readonly string[];
  /** What an answer of this model is made of. */
  readonly main_output: Modality;
  /** `null` for a model that is billed by the piece alone. */
  readonly rates: QuotedRates | null;
  /** For all of a request whose prompt is over 200,000 tokens; `null` where that makes no difference. */
  readonly rates_above_200k: QuotedRates | null;
  /** For a million cached tokens, an hour. `null`: not known. */
  readonly cache_storage_usd: string | null;
  /** True when the tier has none of its own, and that of standard counts. */
  readonly cache_storage_estimated: boolean;
  readonly items: readonly QuotedItem[];
  /** First day. `null`: since the model appeared. */
  readonly from: string | null;
  /** The day on which it no longer holds. `null`: until further notice. */
  readonly to: string | null;
  /** `user`: given by option or file. */
  readonly confidence: "high" | "medium" | "low" | "user";
  readonly sources: readonly string[];
  /** Where prices of items were read, if not there. */
  readonly item_sources: readonly string[];
  readonly notes: readonly string[];
  /** As rows in the ledger name it. */
  readonly price_version: string;
}

export type QuoteQuery = Omit<PriceQuery, "promptTokens">;

const TOKENS_PER_QUOTE = 1_000_000n;

/** What `book` has for a model; undefined when it has no price then. */
export function quoteOf(book: PriceBook, query: QuoteQuery): PriceQuote | undefined {
  const price = book.priceAt({ ...query, promptTokens: 0 });
  const long = book.priceAt({ ...query, promptTokens: Infinity });
  if (price === undefined) return undefined;
  const { model, period, priceVersion } = price;
  const storage = price.items.find(({ kind }) => kind === "cache_token_second");
  return {
    model: model.id,
    aliases: model.aliases ?? [],
    main_output: model.mainOutput ?? "text",
    rates: ratesOf(price.rates),
    rates_above_200k: long === price ? null : ratesOf(long?.rates),
    cache_storage_usd: storage === undefined ? null : perMillion(storage.amount),
    cache_storage_estimated: storage?.derived === true,
    items: price.items.filter((rate) => rate !== storage).map(quotedItem),
    from: period.from ?? null,
    to: period.to ?? null,
    ...provenanceOf(period),
    notes: [period.notes, model.notes].filter((note) => note !== undefined),
    price_version: priceVersion,
  };
}

type Provenance = Pick<PriceQuote, "confidence" | "sources" | "item_sources">;

function provenanceOf(period: Price["period"]): Provenance {
  if ("version" in period) return { confidence: "user", sources: [], item_sources: [] };
  const { confidence, sources, itemSources = [] } = period;
  return { confidence, sources: sources.map(inWords), item_sources: itemSources.map(inWords) };
}

function inWords(source: Source): string {
  return `${source}: ${SOURCES[source]}`;
}

function quotedItem({ kind, variant, amount, per }: ItemRate): QuotedItem {
  return { item: kind, variant: variant ?? null, usd: toUsdString(amount), per };
}

function ratesOf(rates: RateCard | undefined): QuotedRates | null {
  if (rates === undefined) return null;
  const { input, cacheRead, output } = rates;
  return {
    input: quotedRate(input),
    cached_input: quotedRate(cacheRead),
    output: output === undefined ? null : quotedRate(output),
  };
}

function quotedRate({ standard, byModality, derived }: TokenRate): QuotedRate {
  const differing = MODALITIES.filter(
    (modality) => byModality[modality] !== (modality === "document" ? byModality.image : standard),
  );
  return {
    usd: perMillion(standard),
    by_modality: Object.fromEntries(
      differing.map((modality) => {
        const rate = byModality[modality];
        return [modality, rate === undefined ? null : perMillion(rate)];
      }),
    ),
    estimated: derived,
  };
}

function perMillion(picodollarsPerToken: bigint): string {
  return toUsdString(picodollarsPerToken * TOKENS_PER_QUOTE);
}
