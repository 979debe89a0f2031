/** The port at which `/metrics`, `/api/usage` and `/healthz` are served, of an app or of `spendspan serve`. */
import type { Logger } from "./base/logger.ts";
import type { WebHandler } from "./http/response.ts";
import { createRoutes } from "./http/routes.ts";
import { type HttpServer, startServer } from "./http/server.ts";
import { PROMETHEUS_CONTENT_TYPE } from "./metrics/prometheus.ts";

export interface EndpointParts {
  readonly metrics: () => Promise<string>;
  readonly usageHandler: WebHandler;
  /** What `/healthz` says of the ledger. */
  readonly ledger: () => object;
  readonly logger: Logger;
}

export interface EndpointOptions {
  readonly host: string;
  readonly port: number;
  readonly portRange: number;
  readonly token: string | undefined;
}

/**
 * Resolves when it listens.
 *
 * @param ifInUse What to do about a port in use, for the message.
 * @throws SpendspanError `ERR_CONFIG` when the address can't be listened on; its cause says why.
 */
export async function openEndpoint(
  { metrics, usageHandler, ledger, logger }: EndpointParts,
  { token, ...address }: EndpointOptions,
  ifInUse: string,
): Promise<HttpServer> {
  const handler = createRoutes({
    metrics: async () => ({ text: await metrics(), contentType: PROMETHEUS_CONTENT_TYPE }),
    usageHandler,
    health: () => ({ ok: true, ledger: ledger() }),
    bearerToken: token,
    logger,
  });
  // Loads the serialiser, so that the first scrape is not kept waiting; its absence is that scrape's answer.
  await metrics().catch(() => undefined);
  return startServer({ ...address, ifInUse, handler, logger });
}
