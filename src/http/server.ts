/**
 * A small HTTP server for the routes, on `node:http`.
 *
 * It must not matter to the app: a port in use is a warning, and neither the server nor a connection
 * to it keeps the process alive. It takes no bodies, so there is little to adapt and to attack.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";

import type { Logger } from "../base/logger.ts";
import { failure, respond, type WebHandler } from "./response.ts";

export interface ServerParts {
  /** The address to listen on: `127.0.0.1` for this machine only, `0.0.0.0` for all. */
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly handler: WebHandler;
  readonly logger: Logger;
}

export interface HttpServer {
  /** `http://127.0.0.1:9464`, with the port that was taken. */
  readonly url: string;
  readonly port: number;
  /** Stops listening and waits for answers under way, for at most `deadlineMs` (2,000 by default). */
  close(deadlineMs?: number): Promise<void>;
}

/** Resolves when it listens; to `undefined`, with a warning logged, when it cannot. */
export function startServer(parts: ServerParts): Promise<HttpServer | undefined> {
  const { host, port, logger } = parts;
  const server = createServer(
    { maxHeaderSize: 8_192, headersTimeout: 10_000, requestTimeout: 15_000 },
    (request, response) => void answer(parts, request, response),
  );
  server.maxConnections = 100;
  server.on("connection", (socket) => socket.unref());
  server.unref();
  return new Promise((resolve) => {
    server.once("error", (error) => {
      const rule = "Expected `host` and `port` to be an address that is free to listen on";
      logger.warn(`${rule}, got ${host}:${port}, so nothing is served`, error);
      resolve(undefined);
    });
    server.listen({ host, port }, () => {
      server.removeAllListeners("error");
      server.on("error", (error) => logger.warn("The HTTP server failed", error));
      resolve(openServer(server, host));
    });
  });
}

function openServer(server: Server, host: string): HttpServer {
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  let closing: Promise<void> | undefined;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${port}`,
    port,
    close: (deadlineMs = 2_000) => (closing ??= drain(server, deadlineMs)),
  };
}

/** Node closes idle connections by itself once the server is closing. */
function drain(server: Server, deadlineMs: number): Promise<void> {
  return new Promise((resolve) => {
    const deadline = setTimeout(() => server.closeAllConnections(), deadlineMs);
    server.close(() => {
      clearTimeout(deadline);
      resolve();
    });
  });
}

async function answer(
  { handler, logger }: ServerParts,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const request = webRequest(incoming);
  if (request === undefined) {
    outgoing.writeHead(400, { connection: "close" }).end();
    return;
  }
  let response: Response;
  try {
    response = await handler(request);
  } catch (error) {
    logger.warn("An HTTP request could not be answered", error);
    response = respond(request, failure(500, "ERR_INTERNAL", "The request could not be answered"));
  }
  const body = Buffer.from(await response.arrayBuffer());
  outgoing.writeHead(response.status, Object.fromEntries(response.headers)).end(body);
}

/** `undefined` when there is no web request of it: an absolute or odd target, or a method like TRACE. */
function webRequest(incoming: IncomingMessage): Request | undefined {
  const target = incoming.url ?? "";
  if (!target.startsWith("/")) return undefined;
  try {
    const headers = Object.entries(incoming.headersDistinct).flatMap(([name, values = []]) =>
      values.map((value): [string, string] => [name, value]),
    );
    return new Request(`http://localhost${target}`, { method: incoming.method ?? "GET", headers });
  } catch {
    return undefined;
  }
}
