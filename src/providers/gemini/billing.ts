/**
 * What a call costs, by how it ended.
 *
 * Google bills answers of status 200 only; a request that failed is known to be free. One that went
 * out and whose answer was never seen may well be billed: its cost is unknown, not zero.
 */
import { asLowerBound, costOf, NOT_BILLED, UNPRICED } from "../../pricing/cost.ts";
import type { PricedCost } from "../../usage/record.ts";
import type { Outcome } from "../operation.ts";
import type { SurfaceRequest } from "./surface.ts";

/**
 * The cost at list price of a call to `requestedModel`, which counts where the answer names no other.
 *
 * It is a lower bound (`partial`) where the usage is not known to be whole: an answer broken off, or
 * ended by an error, usage of an unknown kind, or counts that don't sum to their total.
 */
export function priced(
  { facts, httpStatusCode, neverSent, usageStatus, startedAtMs }: Outcome,
  requestedModel: string | undefined,
  { platform, priceBook }: Pick<SurfaceRequest, "platform" | "priceBook">,
): PricedCost {
  if (neverSent) return NOT_BILLED;
  if (httpStatusCode === undefined) return UNPRICED;
  if (httpStatusCode >= 400) return NOT_BILLED;
  const cost = costOf(priceBook, {
    model: facts.model ?? requestedModel,
    tokens: facts.tokens,
    items: facts.items,
    serviceTier: facts.serviceTier,
    platform,
    atMs: startedAtMs,
  });
  return usageStatus === "final" ? cost : asLowerBound(cost);
}
