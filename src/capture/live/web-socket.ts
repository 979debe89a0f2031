/**
 * The global `WebSocket`, metered. It is undici's, which parses frames by itself and out of sight;
 * but it tells all its listeners the same, so a metered one is an ordinary one with one more.
 */
import type { ProviderRequest } from "../../providers/operation.ts";
import type { CurrentLiveMeter } from "./live-meter.ts";
import type { MeteredSession } from "./session.ts";
import { tap } from "./tap.ts";
import { warnOfUnmetered } from "./upgrade.ts";

type GivenHeaders = ConstructorParameters<typeof Headers>[0];
type WebSocketClass = typeof globalThis.WebSocket;

/** It doesn't say why, not even to the app. */
const HANDSHAKE = "The WebSocket's handshake failed";

/** Puts a metered `WebSocket` in the place of the global one. Returns what takes it back. */
export function installMeteredWebSocket(currentMeter: CurrentLiveMeter): () => void {
  const before = Object.getOwnPropertyDescriptor(globalThis, "WebSocket");
  if (before?.configurable !== true) return () => undefined;
  let metered: WebSocketClass | undefined;
  // Node loads the class when it is first asked for, and so do we.
  const get = (): WebSocketClass => (metered ??= meteredClass(nativeOf(before), currentMeter));
  const set = (value: unknown): void => {
    Object.defineProperty(globalThis, "WebSocket", {
      value,
      configurable: true,
      enumerable: before.enumerable === true,
      writable: true,
    });
  };
  const accessor = { configurable: true, enumerable: before.enumerable === true, get, set };
  Object.defineProperty(globalThis, "WebSocket", accessor);
  return () => {
    const current = Object.getOwnPropertyDescriptor(globalThis, "WebSocket");
    if (current?.get === get) Object.defineProperty(globalThis, "WebSocket", before);
  };
}

function nativeOf(descriptor: PropertyDescriptor): WebSocketClass {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the global of that name
  return (descriptor.get?.call(globalThis) ?? descriptor.value) as WebSocketClass;
}

function meteredClass(native: WebSocketClass, currentMeter: CurrentLiveMeter): WebSocketClass {
  return new Proxy(native, {
    construct(target, args, newTarget) {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the class makes
      const socket = Reflect.construct(target, args, newTarget) as WebSocket;
      try {
        const session = currentMeter()?.open(new SocketRequest(socket.url, args[1]));
        if (session !== undefined) follow(socket, session);
      } catch (error) {
        warnOfUnmetered(error);
      }
      return socket;
    },
  });
}

function follow(socket: WebSocket, session: MeteredSession): void {
  const fault = (error: unknown): void => session.fault(error);
  let isOpen = false;
  /** Binary messages may have to be read, and then those behind them wait. */
  let heard: Promise<void> = Promise.resolve();
  socket.addEventListener("open", () => (isOpen = true));
  socket.addEventListener("message", ({ data }: MessageEvent) => {
    heard = Promise.all([heard, textOf(data)])
      .then(([, text]) => session.received(text))
      .catch(fault);
  });
  socket.addEventListener("close", ({ code, reason }) => {
    const end = () =>
      isOpen ? session.closed(code, reason) : session.failed(new Error(HANDSHAKE));
    heard = heard.then(end);
  });
  const untap = tap(socket, "send", {
    see: (data) => {
      untap(); // the first message names the model, and no other is looked at
      textOf(data).then((text) => session.sent(text), fault);
    },
    fault,
  });
}

/** Looks at the bytes at once, before the app can give them away. */
async function textOf(data: unknown): Promise<string> {
  if (typeof data === "string") return data;
  if (data instanceof Blob) return data.text();
  if (data instanceof ArrayBuffer) return Buffer.from(data).toString("utf8");
  return ArrayBuffer.isView(data)
    ? Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("utf8")
    : "";
}

class SocketRequest implements ProviderRequest {
  readonly method = "GET";
  readonly url: URL;
  readonly #headers: Headers;

  /** @param options The second argument of the class: protocols, or undici's own options. */
  constructor(url: string, options: unknown) {
    this.url = new URL(url.replace(/^ws/, "http"));
    this.#headers = new Headers(headersIn(options));
  }

  header(name: string): string | undefined {
    return this.#headers.get(name) ?? undefined;
  }

  bodyText(): undefined {
    return undefined;
  }
}

function headersIn(options: unknown): GivenHeaders {
  if (typeof options !== "object" || options === null || !("headers" in options)) return undefined;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- undici has taken them already
  return options.headers as GivenHeaders;
}
