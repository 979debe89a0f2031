/** Gemini as a provider: whatever reaches one of its addresses, handed to the surface that knows it. */
import type { PriceBook } from "../../pricing/price-book.ts";
import { mayBeAt } from "../host-name.ts";
import type { Operation, Provider } from "../operation.ts";
import { batch } from "./batch.ts";
import { cache } from "./cache.ts";
import { interaction } from "./interaction.ts";
import { liveSession } from "./live.ts";
import { modelCall } from "./model-call.ts";
import { openAi } from "./openai.ts";
import type { Surface, SurfaceRequest } from "./surface.ts";
import { addressOf, baseUrlOf, platformOf } from "./url.ts";
import { video } from "./video.ts";

export interface GeminiProviderParts {
  /** Further addresses at which the Gemini API answers, as URLs; a path in them is a prefix. */
  readonly baseUrls: readonly string[];
  readonly priceBook: PriceBook;
}

/** The first that knows a request counts; model calls, being nearly all, are asked first. */
const SURFACES: readonly Surface[] = [modelCall, batch, video, interaction, openAi, cache];

/** @throws TypeError when a base URL is none; `config/` has checked them. */
export function createGeminiProvider({ baseUrls, priceBook }: GeminiProviderParts): Provider {
  const bases = baseUrls.map(baseUrlOf);
  const ownHosts = new Set(bases.map(({ hostname }) => hostname));
  const isOurs = (hostname: string) => platformOf(hostname) !== undefined || ownHosts.has(hostname);
  return {
    mayMatch: (url) => mayBeAt(url, isOurs),
    match: (request) => {
      const address = addressOf(request.url, bases);
      return address === undefined ? undefined : operationOf({ ...address, request, priceBook });
    },
    matchSession: (request) => {
      const address = addressOf(request.url, bases);
      return address === undefined ? undefined : liveSession({ ...address, request, priceBook });
    },
  };
}

function operationOf(asked: SurfaceRequest): Operation | undefined {
  for (const surface of SURFACES) {
    const operation = surface(asked);
    if (operation !== undefined) return operation;
  }
  return undefined;
}
