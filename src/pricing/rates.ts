/**
 * List prices as picodollars per token, with every gap filled by rule, and said so.
 *
 * Where a tier has no rate of its own, the rate is derived from the standard one by the ratio that
 * holds for every row that Google prints; a cache rate takes the highest value it can have.
 */
import { SpendspanError } from "../base/errors.ts";
import { fromUsdString, type Picodollars } from "../base/money.ts";
import { MODALITIES, type Modality } from "../usage/tokens.ts";
import type { Rate, Tier, TierPrices, TokenRates } from "./list-price.ts";

/** The price of a token of one kind. */
export interface TokenRate {
  /** For tokens that say no modality, and for thinking. */
  readonly standard: Picodollars;
  /** Undefined where no price of that modality is known. */
  readonly byModality: { readonly [M in Modality]: Picodollars | undefined };
  /** True when the modality makes no difference. */
  readonly uniform: boolean;
  /** True when a rule filled it in. */
  readonly derived: boolean;
}

/** What the tokens of one request cost. */
export interface RateCard {
  /** Tool-use prompts too. */
  readonly input: TokenRate;
  readonly cacheRead: TokenRate;
  /** Undefined for a model that has no output price, as embeddings. */
  readonly output: TokenRate | undefined;
}

/** Tenths of the standard rate, where a tier has none of its own. */
const TENTHS: Record<Tier, { readonly tokens: bigint; readonly cacheRead: bigint }> = {
  standard: { tokens: 10n, cacheRead: 10n },
  batch: { tokens: 5n, cacheRead: 10n }, // cache: from half to all of the standard rate
  flex: { tokens: 5n, cacheRead: 10n },
  priority: { tokens: 18n, cacheRead: 18n },
};
const TOKENS_PER_QUOTE = 1_000_000n;

/** The rates of `tier`; those for a prompt above 200,000 tokens, where the model has such. */
export function rateCard(prices: TierPrices, tier: Tier, above200k: boolean): RateCard {
  const long = above200k && prices.standard.above200k !== undefined;
  const standard: TokenRates = (long ? prices.standard.above200k : undefined) ?? prices.standard;
  const own: TokenRates | undefined = long ? prices[tier]?.above200k : prices[tier];
  const tenths = TENTHS[tier];

  const input = own === undefined ? derived(standard.input, tenths.tokens) : printed(own.input);
  return {
    input,
    cacheRead: firstOf(own?.cacheRead, standard.cacheRead, tenths.cacheRead) ?? {
      ...input, // reading a token from a cache never costs more than reading it afresh
      derived: true,
    },
    output: firstOf(own?.output, standard.output, tenths.tokens),
  };
}

/** @throws SpendspanError `ERR_MONEY` unless it is a whole number of picodollars per token. */
export function picodollarsPerToken(usdPerMillion: string): Picodollars {
  const perMillion = fromUsdString(usdPerMillion);
  if (perMillion < 0n || perMillion % TOKENS_PER_QUOTE !== 0n) {
    throw new SpendspanError(
      "ERR_MONEY",
      `Expected US dollars per million tokens of at most 6 decimals, not negative, got "${usdPerMillion}"`,
    );
  }
  return perMillion / TOKENS_PER_QUOTE;
}

function firstOf(own: Rate | undefined, standard: Rate | undefined, tenths: bigint) {
  if (own !== undefined) return printed(own);
  return standard === undefined ? undefined : derived(standard, tenths);
}

function printed(rate: Rate): TokenRate {
  return tokenRate(rate, picodollarsPerToken, false);
}

function derived(rate: Rate, tenths: bigint): TokenRate {
  const scaled = (text: string) => (picodollarsPerToken(text) * tenths + 9n) / 10n; // rounds up
  return tokenRate(rate, scaled, true);
}

function tokenRate(
  rate: Rate,
  parse: (text: string) => Picodollars,
  isDerived: boolean,
): TokenRate {
  const named = typeof rate === "string" ? { default: rate } : rate;
  const other = named.default === undefined ? undefined : parse(named.default);
  const of = (text: string | undefined) => (text === undefined ? other : parse(text));
  const byModality = {
    text: of(named.text),
    image: of(named.image),
    audio: of(named.audio),
    video: of(named.video),
    document: of(named.document ?? named.image), // pages are read as images
  };
  const standard = other ?? byModality.text ?? 0n;
  return {
    standard,
    byModality,
    uniform: MODALITIES.every((modality) => byModality[modality] === standard),
    derived: isDerived,
  };
}
