/**
 * The Gemini API is several: model calls, interactions, batches, caches. Each is a Surface, which knows
 * its own requests and how their answers read; what they share is here.
 */
import type { Platform } from "../../pricing/list-price.ts";
import { NOT_BILLED } from "../../pricing/cost.ts";
import type { PriceBook } from "../../pricing/price-book.ts";
import { portOf } from "../host-name.ts";
import { NO_MEMBERS, type Operation, type ProviderRequest } from "../operation.ts";
import { readAnswer } from "./answer.ts";
import type { Address } from "./url.ts";

export interface SurfaceRequest extends Address {
  readonly request: ProviderRequest;
  readonly priceBook: PriceBook;
}

/** The operation that a request is, or undefined when it is none of this surface's. */
export type Surface = (asked: SurfaceRequest) => Operation | undefined;

const GEN_AI_PROVIDERS: Readonly<Record<Platform, string>> = {
  gemini_api: "gcp.gemini",
  vertex_ai: "gcp.vertex_ai",
};

/** What is the same for every operation at one address. */
export function commonOf({
  platform,
  request: { url },
}: SurfaceRequest): Pick<
  Operation,
  "provider" | "platform" | "genAiProvider" | "serverAddress" | "serverPort"
> {
  return {
    provider: "google_ai",
    platform,
    genAiProvider: GEN_AI_PROVIDERS[platform],
    serverAddress: url.hostname,
    serverPort: portOf(url),
  };
}

/** An operation that costs nothing, and whose answer is not looked at; others differ from it in a few. */
export function freeOperation(asked: SurfaceRequest, name: string): Operation {
  return {
    ...commonOf(asked),
    genAiOperation: snakeCased(name),
    name,
    requestedModel: undefined,
    streaming: false,
    billed: false,
    members: NO_MEMBERS,
    read: readAnswer,
    price: () => NOT_BILLED,
  };
}

/** A method in the spelling of the conventions: `countTokens` is `count_tokens`. */
export function snakeCased(method: string): string {
  return method.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
