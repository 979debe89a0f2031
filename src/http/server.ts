/**
 * A small HTTP server for the routes, on `node:http`.
 *
 * It must not matter to the app: neither the server nor a connection to it keeps the process alive. It
 * takes no bodies, so there is little to adapt and to attack.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";

import { errorCodeOf, messageOf, SpendspanError } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import { failure, respond, type WebHandler } from "./response.ts";

const MAX_PORT = 65_535;

export interface ServerParts {
  /** The address to listen on: `127.0.0.1` for this machine only, `0.0.0.0` for all. */
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** How many ports, from `port` on, are tried until one is free. @defaultValue `1` */
  readonly portRange?: number;
  /** What to do about a port in use, for the message: "choose another `port`". */
  readonly ifInUse: string;
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

/**
 * Resolves when it listens.
 *
 * @throws SpendspanError `ERR_CONFIG` when the address can't be listened on; its cause says why.
 */
export async function startServer(parts: ServerParts): Promise<HttpServer> {
  const { host, port, portRange = 1, ifInUse, logger } = parts;
  const lastPort = Math.min(port + portRange - 1, MAX_PORT);
  let fault: unknown;
  for (let tried = port; tried <= lastPort; tried += 1) {
    const server = createHttpServer(parts);
    fault = await listenFault(server, host, tried);
    if (fault === undefined) {
      server.on("error", (error) => logger.warn("The HTTP server failed", error));
      return openServer(server, host);
    }
    if (errorCodeOf(fault) !== "EADDRINUSE") break;
  }
  const rule = "Expected `host` and `port` to be an address that is free to listen on";
  const range = lastPort > port ? `${port} to ${lastPort}` : port;
  const advice = errorCodeOf(fault) === "EADDRINUSE" ? `; ${ifInUse}` : "";
  const message = `${rule}, got ${host}:${range}: ${messageOf(fault)}${advice}`;
  throw new SpendspanError("ERR_CONFIG", message, { cause: fault });
}

function createHttpServer(parts: ServerParts): Server {
  const server = createServer(
    { maxHeaderSize: 8_192, headersTimeout: 10_000, requestTimeout: 15_000 },
    (request, response) => void answer(parts, request, response),
  );
  server.maxConnections = 100;
  server.on("connection", (socket) => socket.unref());
  return server.unref();
}

/** Resolves to what kept the server from listening; undefined when it listens. */
function listenFault(server: Server, host: string, port: number): Promise<Error | undefined> {
  return new Promise((resolve) => {
    server.once("error", resolve);
    // In a worker of `node:cluster` a port is otherwise shared by all, and a scrape gets whichever comes.
    server.listen({ host, port, exclusive: true }, () => {
      server.off("error", resolve);
      resolve(undefined);
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
