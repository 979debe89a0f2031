/**
 * The simulator's own prices: a few models, standard tier and some in batches or as flex, in
 * picodollars (1e-12 USD) a token, so that `300_000n` is $0.30 per million tokens.
 *
 * Typed in by hand from the Google price page and never derived from the product's price book: two
 * tables that agree prove more than one table read twice.
 */
import type { Modality } from "./usage-metadata.ts";

export type Rates = { readonly default: bigint } & { readonly [M in Modality]?: bigint };

export interface Price {
  readonly input: Rates;
  readonly output?: Rates;
  readonly cacheRead?: Rates;
}

interface Period extends Price {
  /** First day, in UTC; since ever when absent. */
  readonly from?: string;
  /** First day on which the price no longer holds. */
  readonly until?: string;
  /** In force for the whole request when its prompt is longer than 200,000 tokens. */
  readonly longContext?: Price;
  /** For the requests of a batch. */
  readonly batch?: Price;
  /** For what is served as flex. */
  readonly flex?: Price;
}

const LONG_CONTEXT_ABOVE = 200_000;

const FLASH_PROMOTION: Price = {
  input: { default: 750_000n },
  output: { default: 3_750_000n },
  cacheRead: { default: 75_000n },
};
const FLASH_LIST: Price = {
  input: { default: 1_500_000n },
  output: { default: 7_500_000n },
  cacheRead: { default: 150_000n },
};

/** The same in a batch and as flex. */
const FLASH_25_REDUCED: Price = {
  input: { default: 150_000n, AUDIO: 500_000n },
  output: { default: 1_250_000n },
  cacheRead: { default: 30_000n, AUDIO: 100_000n },
};

const PRICES: Readonly<Record<string, readonly Period[]>> = {
  "gemini-2.5-flash": [
    {
      input: { default: 300_000n, AUDIO: 1_000_000n },
      output: { default: 2_500_000n },
      cacheRead: { default: 30_000n, AUDIO: 100_000n },
      batch: FLASH_25_REDUCED,
      flex: FLASH_25_REDUCED,
    },
  ],
  "gemini-2.5-flash-lite": [
    {
      input: { default: 100_000n, AUDIO: 300_000n },
      output: { default: 400_000n },
      cacheRead: { default: 10_000n, AUDIO: 30_000n },
    },
  ],
  "gemini-2.5-pro": [
    {
      input: { default: 1_250_000n },
      output: { default: 10_000_000n },
      cacheRead: { default: 125_000n },
      longContext: {
        input: { default: 2_500_000n },
        output: { default: 15_000_000n },
        cacheRead: { default: 250_000n },
      },
    },
  ],
  "gemini-3.1-pro-preview": [
    {
      from: "2026-02-19",
      input: { default: 2_000_000n },
      output: { default: 12_000_000n },
      cacheRead: { default: 200_000n },
      longContext: {
        input: { default: 4_000_000n },
        output: { default: 18_000_000n },
        cacheRead: { default: 400_000n },
      },
    },
  ],
  "gemini-3.5-flash-lite": [
    {
      from: "2026-07-21",
      input: { default: 300_000n },
      output: { default: 2_500_000n },
      cacheRead: { default: 30_000n },
    },
  ],
  "gemini-3.7-flash": [
    { from: "2026-08-13", until: "2027-01-01", ...FLASH_PROMOTION },
    { from: "2027-01-01", ...FLASH_LIST },
  ],
  "gemini-3.8-flash": [
    { from: "2026-09-02", until: "2027-01-01", ...FLASH_PROMOTION },
    { from: "2027-01-01", ...FLASH_LIST },
  ],
  "gemini-2.5-flash-image": [
    { input: { default: 300_000n }, output: { default: 2_500_000n, IMAGE: 30_000_000n } },
  ],
  "gemini-2.5-flash-preview-tts": [
    { input: { default: 500_000n }, output: { default: 10_000_000n } },
  ],
  "gemini-3.1-flash-live-preview": [
    {
      input: { default: 750_000n, AUDIO: 3_000_000n, IMAGE: 1_000_000n, VIDEO: 1_000_000n },
      output: { default: 4_500_000n, AUDIO: 12_000_000n },
    },
  ],
  "gemini-embedding-001": [
    { input: { default: 150_000n }, batch: { input: { default: 75_000n } } },
  ],
  "gemini-embedding-2": [
    { input: { default: 200_000n, IMAGE: 450_000n, AUDIO: 6_500_000n, VIDEO: 12_000_000n } },
  ],
};

/** The price of `model` at `atMs` (since the Unix epoch) for a prompt of that many tokens. */
export function priceOf(model: string, atMs: number, promptTokens: number): Price | undefined {
  const period = periodOf(model, atMs);
  const isLong = promptTokens > LONG_CONTEXT_ABOVE;
  return isLong ? (period?.longContext ?? period) : period;
}

/** Its price in a batch, for prompts of any length: no model with two prices is in the table. */
export function batchPriceOf(model: string, atMs: number): Price | undefined {
  return periodOf(model, atMs)?.batch;
}

/** Its price as flex, likewise. */
export function flexPriceOf(model: string, atMs: number): Price | undefined {
  return periodOf(model, atMs)?.flex;
}

function periodOf(model: string, atMs: number): Period | undefined {
  return PRICES[model]?.find(
    ({ from = "1970-01-01", until = "9999-12-31" }) =>
      Date.parse(from) <= atMs && atMs < Date.parse(until),
  );
}
