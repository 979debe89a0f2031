/** What the server answers: `/metrics`, `/healthz` and `/api/usage`, to GET and HEAD alone. */
import type { Logger } from "../base/logger.ts";
import { refusedBearer } from "./bearer.ts";
import { failure, json, refusedMethod, respond, type Answer, type WebHandler } from "./response.ts";

/** What `/healthz` says; anything but `ok` is for people. */
interface HealthReport {
  /** False makes the answer a 503. */
  readonly ok: boolean;
  readonly [detail: string]: unknown;
}

export interface RoutesParts {
  /** The Prometheus exposition, and its media type. */
  readonly metrics: () => Promise<{ readonly text: string; readonly contentType: string }>;
  /** As `createUsageHandler` makes it. Checks its bearer token itself. */
  readonly usageHandler: WebHandler;
  /** Asked at every `/healthz`, which is open to all: no names, no amounts. */
  readonly health: () => HealthReport;
  /** When given, `/metrics` must bring it as a bearer token. */
  readonly bearerToken?: string | undefined;
  readonly logger: Logger;
}

/** Never rejects. Paths match exactly, so it can be mounted in a larger router as it is. */
export function createRoutes(parts: RoutesParts): WebHandler {
  return async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/api/usage") return parts.usageHandler(request);
    if (pathname !== "/metrics" && pathname !== "/healthz") return respond(request, notFound());
    const refused = refusedMethod(request);
    if (refused !== undefined) return respond(request, refused);
    const answer = pathname === "/healthz" ? healthz(parts) : await scrape(request, parts);
    return respond(request, answer);
  };
}

async function scrape(request: Request, parts: RoutesParts): Promise<Answer> {
  const refused = refusedBearer(request, parts.bearerToken);
  if (refused !== undefined) return refused;
  try {
    return { status: 200, ...(await parts.metrics()) };
  } catch (error) {
    parts.logger.warn("The metrics could not be read", error);
    return failure(503, "ERR_METRICS", "Metrics are not available now; the log says why");
  }
}

function healthz({ health, logger }: RoutesParts): Answer {
  try {
    const report = health();
    return json(report.ok ? 200 : 503, report);
  } catch (error) {
    logger.warn("The state of health could not be read", error);
    return json(503, { ok: false });
  }
}

function notFound(): Answer {
  return failure(404, "ERR_NOT_FOUND", "Expected /metrics, /healthz or /api/usage");
}
