/** What an answer of Gemini costs, from its payloads on, as a call that went well is billed. */
import { usageStatusOf } from "../../src/capture/verdict.ts";
import { geminiPriceBook } from "../../src/pricing/gemini-prices.ts";
import type { Platform } from "../../src/pricing/list-price.ts";
import type { PriceBook } from "../../src/pricing/price-book.ts";
import { readAnswer } from "../../src/providers/gemini/answer.ts";
import { priced } from "../../src/providers/gemini/billing.ts";
import type { PricedCost } from "../../src/usage/record.ts";
import { anAnswer } from "./answer.ts";
import { NOON_MS } from "./record.ts";

interface Served {
  readonly platform?: Platform;
  readonly startedAtMs?: number;
  readonly priceBook?: PriceBook;
}

const LIST = geminiPriceBook();
const ENDED_WELL = {
  status: "success",
  errorType: undefined,
  errorMessage: undefined,
  complete: true,
} as const;

/** @param payloads The body, or the events of a stream. */
export function pricedAnswer(
  requestedModel: string,
  payloads: readonly unknown[],
  { platform = "gemini_api", startedAtMs = NOON_MS, priceBook = LIST }: Served = {},
): PricedCost {
  const facts = readAnswer(anAnswer(payloads));
  const usageStatus = usageStatusOf(facts, ENDED_WELL);
  const outcome = { facts, httpStatusCode: 200, neverSent: false, usageStatus, startedAtMs };
  return priced(outcome, requestedModel, { platform, priceBook });
}
