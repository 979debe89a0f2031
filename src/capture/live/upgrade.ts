/**
 * Sees every WebSocket that is opened over Node's own HTTP client, as that of the package `ws` is,
 * which `@google/genai` uses and apps may have bundled: Node publishes each request that it makes.
 */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { errorMonitor } from "node:events";
import { ClientRequest, type IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";

import { messageOf } from "../../base/errors.ts";
import type { ProviderRequest } from "../../providers/operation.ts";
import { loadFrameParser } from "./frame-reader.ts";
import type { CurrentLiveMeter } from "./live-meter.ts";
import type { MeteredSession } from "./session.ts";
import { tapSocket } from "./tapped-socket.ts";

/** Since Node 22.12. Published inside the app's own call, so its tags and its trace are in force. */
const CHANNEL = "http.client.request.created";

/** Meters the sessions that are opened from now on. Returns what ends that. */
export function observeUpgrades(currentMeter: CurrentLiveMeter): () => void {
  const onCreated = (message: unknown): void => {
    try {
      const request = requestIn(message);
      if (request === undefined) return;
      const url = urlOf(request);
      const session = url && currentMeter()?.open(new UpgradeRequest(request, url));
      if (session === undefined) return;
      loadFrameParser().catch(() => undefined); // whoever needs it will be told
      // Whoever makes the request is about to say what it listens to.
      process.nextTick(() => follow(request, session));
    } catch (error) {
      warnOfUnmetered(error);
    }
  };
  subscribe(CHANNEL, onCreated);
  return () => void unsubscribe(CHANNEL, onCreated);
}

export function warnOfUnmetered(error: unknown): void {
  process.emitWarning(`A WebSocket could not be metered: ${messageOf(error)}`, {
    type: "SpendspanWarning",
  });
}

/** The request, if it asks for a WebSocket: of others nothing is looked at. */
function requestIn(message: unknown): ClientRequest | undefined {
  if (typeof message !== "object" || message === null || !("request" in message)) return undefined;
  const { request } = message;
  if (!(request instanceof ClientRequest)) return undefined;
  const upgrade = request.getHeader("upgrade");
  return typeof upgrade === "string" && upgrade.toLowerCase() === "websocket" ? request : undefined;
}

/** Undefined when it can't be told: then it is nobody's. */
function urlOf(request: ClientRequest): URL | undefined {
  const { protocol, host, path } = request;
  const named = request.getHeader("host")?.toString() ?? host;
  // To a proxy the path is the whole URL.
  const text = path.startsWith("/") ? `${protocol}//${named}${path}` : path;
  return URL.canParse(text) ? new URL(text) : undefined;
}

/** Listens only to what the app listens to as well: Node acts by itself on what nobody waits for. */
function follow(request: ClientRequest, session: MeteredSession): void {
  let isUpgraded = false;
  request.once(errorMonitor, (error: unknown) => {
    if (!isUpgraded) session.failed(error);
  });
  if (request.listenerCount("response") > 0) {
    request.prependOnceListener("response", ({ statusCode }) => session.refused(statusCode ?? 0));
  }
  if (request.listenerCount("upgrade") > 0) {
    request.prependOnceListener("upgrade", (response, socket, head) => {
      isUpgraded = true;
      onUpgrade(session, response, socket, head);
    });
  }
  request.once("close", () => {
    if (!isUpgraded) session.leave();
  });
}

function onUpgrade(
  session: MeteredSession,
  { headers }: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): void {
  try {
    tapSocket(session, { socket, head, extensions: headers["sec-websocket-extensions"] });
  } catch (error) {
    session.fault(error);
  }
}

class UpgradeRequest implements ProviderRequest {
  readonly url: URL;
  readonly #request: ClientRequest;

  constructor(request: ClientRequest, url: URL) {
    this.#request = request;
    this.url = url;
  }

  get method(): string {
    return this.#request.method;
  }

  header(name: string): string | undefined {
    return this.#request.getHeader(name)?.toString();
  }

  bodyText(): undefined {
    return undefined;
  }
}
