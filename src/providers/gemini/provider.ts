/**
 * Gemini as a provider: its requests recognised, its answers read, its calls priced.
 *
 * Google bills answers of status 200 only; a request that failed is known to be free. One that went
 * out and whose answer was never seen may well be billed: its cost is unknown, not zero.
 */
import { asLowerBound, costOf, NOT_BILLED, UNPRICED } from "../../pricing/cost.ts";
import type { PriceBook } from "../../pricing/price-book.ts";
import type { PricedCost } from "../../usage/record.ts";
import { mayBeAt, portOf } from "../host-name.ts";
import { NO_MEMBERS, type Operation, type Outcome, type Provider } from "../operation.ts";
import { ANSWER_MEMBERS, readAnswer } from "./answer.ts";
import { baseUrlOf, type GeminiRequest, platformOf, recognised } from "./url.ts";

export interface GeminiProviderParts {
  /** Further addresses at which the Gemini API answers, as URLs; a path in them is a prefix. */
  readonly baseUrls: readonly string[];
  readonly priceBook: PriceBook;
}

const GEN_AI_PROVIDERS = { gemini_api: "gcp.gemini", vertex_ai: "gcp.vertex_ai" } as const;
const FREE_METHODS: ReadonlySet<string> = new Set([
  "countTokens",
  "computeTokens",
  "fetchPredictOperation",
  "transferOwnership",
]);
const STREAMING_METHODS: ReadonlySet<string> = new Set([
  "streamGenerateContent",
  "streamRawPredict",
  "serverStreamingPredict",
]);

/** @throws TypeError when a base URL is none; `config/` has checked them. */
export function createGeminiProvider({ baseUrls, priceBook }: GeminiProviderParts): Provider {
  const bases = baseUrls.map(baseUrlOf);
  const ownHosts = new Set(bases.map(({ hostname }) => hostname));
  const isOurs = (hostname: string) => platformOf(hostname) !== undefined || ownHosts.has(hostname);
  return {
    mayMatch: (url) => mayBeAt(url, isOurs),
    match: (method, url) => {
      if (method.toUpperCase() !== "POST") return undefined;
      const request = recognised(url, bases);
      return request === undefined ? undefined : operationOf(request, url, priceBook);
    },
  };
}

function operationOf(request: GeminiRequest, url: URL, priceBook: PriceBook): Operation {
  const { platform, method, model } = request;
  const billed = !FREE_METHODS.has(method);
  return {
    provider: "google_ai",
    platform,
    genAiProvider: GEN_AI_PROVIDERS[platform],
    genAiOperation: genAiOperationOf(method, model),
    name: method,
    requestedModel: model,
    streaming: STREAMING_METHODS.has(method),
    billed,
    members: billed ? ANSWER_MEMBERS : NO_MEMBERS,
    serverAddress: url.hostname,
    serverPort: portOf(url),
    read: readAnswer,
    price: (outcome) => priced(outcome, request, priceBook),
  };
}

/**
 * A cost is a lower bound (`partial`) where more is known to be missing: an answer broken off, or
 * ended by an error, searches that are billed apart, or counts that don't sum to their total.
 */
function priced(outcome: Outcome, request: GeminiRequest, priceBook: PriceBook): PricedCost {
  const { facts, httpStatusCode } = outcome;
  if (outcome.neverSent) return NOT_BILLED;
  if (httpStatusCode === undefined) return UNPRICED;
  if (httpStatusCode >= 400) return NOT_BILLED;
  const cost = costOf(priceBook, {
    model: facts.model ?? request.model,
    tokens: facts.tokens,
    serviceTier: facts.serviceTier,
    platform: request.platform,
    atMs: outcome.startedAtMs,
  });
  const isWhole =
    outcome.complete &&
    facts.error === undefined &&
    facts.hasUncountedItems !== true &&
    facts.tokensMismatch !== true;
  return isWhole ? cost : asLowerBound(cost);
}

/** The conventions' name where they have one, else the method's own in their spelling. */
function genAiOperationOf(method: string, model: string | undefined): string {
  if (method === "generateContent" || method === "streamGenerateContent") return "generate_content";
  if (/embed/i.test(method) || (method === "predict" && model?.includes("embedding") === true)) {
    return "embeddings";
  }
  return method.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
