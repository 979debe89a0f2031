/**
 * `GET /api/usage?days=30&brand=…` as a handler that stands by itself: export it as `GET` from a
 * Next.js route, or give it to Hono.
 */
import { SpendspanError } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import { refusedBearer } from "./bearer.ts";
import { failure, json, refusedMethod, respond, type Answer, type WebHandler } from "./response.ts";
import { parseUsageQuery, type UsageQuery } from "./usage-query.ts";

export interface UsageRouteParts {
  /** Reads the ledger; its answer must be fit for JSON. */
  readonly usage: (query: UsageQuery) => Promise<object>;
  /** When given, requests must bring it as a bearer token. */
  readonly bearerToken?: string | undefined;
  readonly logger: Logger;
}

/** Never rejects: what goes wrong inside is logged, and answered with 503 and no detail. */
export function createUsageHandler(parts: UsageRouteParts): WebHandler {
  return async (request) => {
    const refused = refusedMethod(request) ?? refusedBearer(request, parts.bearerToken);
    return respond(request, refused ?? (await answerUsage(request, parts)));
  };
}

async function answerUsage(request: Request, { usage, logger }: UsageRouteParts): Promise<Answer> {
  try {
    return json(200, await usage(parseUsageQuery(new URL(request.url).searchParams)));
  } catch (error) {
    if (error instanceof SpendspanError && error.code === "ERR_QUERY") {
      // The code stands beside the message here, so not once more in front of it.
      return failure(400, error.code, error.message.slice(`${error.code}: `.length));
    }
    logger.warn("Usage statistics could not be read", error);
    const code = error instanceof SpendspanError ? error.code : "ERR_DATABASE";
    return failure(503, code, "Usage statistics are not available now; the log says why");
  }
}
