/**
 * What Google would charge for one answer, reckoned from its `usageMetadata` in whole picodollars.
 *
 * Written apart from the product on purpose: this is the reckoning that tests hold it against.
 */
import { batchPriceOf, flexPriceOf, priceOf, type Price, type Rates } from "./price-table.ts";
import { MODALITIES, type ModalityTokenCount, type UsageMetadata } from "./usage-metadata.ts";

/** Counts as on the wire, absent ones 0: `cached` is part of `prompt`, the others stand beside it. */
export interface SimulatedTokens {
  readonly prompt: number;
  readonly cached: number;
  readonly toolUse: number;
  readonly candidates: number;
  readonly thoughts: number;
  readonly total: number;
  readonly details: {
    readonly prompt: readonly ModalityTokenCount[];
    readonly cached: readonly ModalityTokenCount[];
    readonly toolUse: readonly ModalityTokenCount[];
    readonly candidates: readonly ModalityTokenCount[];
  };
}

export function tokensOf(usage: UsageMetadata): SimulatedTokens {
  return {
    prompt: usage.promptTokenCount ?? 0,
    cached: usage.cachedContentTokenCount ?? 0,
    toolUse: usage.toolUsePromptTokenCount ?? 0,
    candidates: usage.candidatesTokenCount ?? 0,
    thoughts: usage.thoughtsTokenCount ?? 0,
    // An embedding has no total: the prompt is all there is.
    total: usage.totalTokenCount ?? usage.promptTokenCount ?? 0,
    details: {
      prompt: usage.promptTokensDetails ?? [],
      cached: usage.cacheTokensDetails ?? [],
      toolUse: usage.toolUsePromptTokensDetails ?? [],
      candidates: usage.candidatesTokensDetails ?? [],
    },
  };
}

/** Picodollars, or undefined when the table has no price for that model, day or service tier. */
export function costOf(model: string, usage: UsageMetadata, atMs: number): bigint | undefined {
  const { serviceTier = "standard", trafficType = "ON_DEMAND" } = usage;
  if (!["standard", "flex"].includes(serviceTier) || trafficType !== "ON_DEMAND") return undefined;
  const price =
    serviceTier === "flex"
      ? flexPriceOf(model, atMs)
      : priceOf(model, atMs, usage.promptTokenCount ?? 0);
  return price && amountOf(usage, price);
}

/** The same for a request of a batch, whatever tier its answer names. */
export function batchCostOf(model: string, usage: UsageMetadata, atMs: number): bigint | undefined {
  const price = batchPriceOf(model, atMs);
  return price && amountOf(usage, price);
}

function amountOf(usage: UsageMetadata, price: Price): bigint | undefined {
  const tokens = tokensOf(usage);
  const { input, output, cacheRead } = price;
  const answered = tokens.candidates + tokens.thoughts;
  if ((answered > 0 && output === undefined) || (tokens.cached > 0 && cacheRead === undefined)) {
    return undefined;
  }
  const { details } = tokens;
  return (
    amount(tokens.prompt, details.prompt, input) -
    amount(tokens.cached, details.cached, input) +
    amount(tokens.cached, details.cached, cacheRead) +
    amount(tokens.toolUse, details.toolUse, input) +
    amount(tokens.candidates, details.candidates, output) +
    amount(separateThoughts(tokens), [], output)
  );
}

/** Older models count thoughts among the candidates, and the total gives it away. */
function separateThoughts({
  prompt,
  toolUse,
  candidates,
  thoughts,
  total,
}: SimulatedTokens): number {
  return prompt + toolUse + candidates === total ? 0 : thoughts;
}

/** What the details leave over is charged at the default rate. */
function amount(
  count: number,
  details: readonly ModalityTokenCount[],
  rates: Rates = { default: 0n },
): bigint {
  let cost = BigInt(count) * rates.default;
  for (const { modality, tokenCount } of details) {
    const known = MODALITIES.find((name) => name === modality);
    // Google charges documents as the images of their pages.
    const rate = known === "DOCUMENT" ? rates.IMAGE : known && rates[known];
    cost += BigInt(tokenCount) * ((rate ?? rates.default) - rates.default);
  }
  return cost;
}

/** Picodollars as exact decimal dollars without trailing zeros: `121_308_300_000n` is `"0.1213083"`. */
export function usdText(picodollars: bigint): string {
  if (picodollars < 0n) return `-${usdText(-picodollars)}`;
  const digits = picodollars.toString().padStart(13, "0");
  const fraction = digits.slice(-12).replace(/0+$/, "");
  return digits.slice(0, -12) + (fraction === "" ? "" : `.${fraction}`);
}
