/**
 * Listens in on a socket that was upgraded to a WebSocket, without a part in its flow.
 *
 * A second `data` listener would set the stream flowing, and hear what the client puts back into it
 * twice. So the way in is tapped where the bytes arrive, `push`, and the way out at `write`.
 */
import type { Duplex } from "node:stream";

import { FrameReader } from "./frame-reader.ts";
import type { MeteredSession } from "./session.ts";

export interface Upgrade {
  readonly socket: Duplex;
  /** What came behind the server's answer. */
  readonly head: Uint8Array;
  /** The header `sec-websocket-extensions` of that answer. */
  readonly extensions: string | undefined;
}

/** Codes for what came without a closing frame: the server's end of the connection, and the app's. */
const LOST = 1006;
const LEFT = 1005;

export function tapSocket(session: MeteredSession, { socket, head, extensions }: Upgrade): void {
  const untap = (): void => {
    untapIncoming();
    untapOutgoing();
    incoming.close();
    outgoing.close();
  };
  const fault = (error: unknown): void => session.fault(error);
  const incoming = new FrameReader(
    { from: "server", extensions },
    {
      message: (text) => session.received(text),
      closing: (...end) => session.closed(...end),
      fault,
    },
  );
  const outgoing = new FrameReader(
    { from: "client", extensions },
    { message: (text) => session.sent(text), closing: () => undefined, fault },
  );
  const untapIncoming = tap(socket, "push", (chunk) => {
    if (session.isOver) untap();
    else if (chunk === null) incoming.end(() => session.closed(LOST));
    else if (chunk instanceof Uint8Array) incoming.push(chunk);
  });
  const untapOutgoing = tap(socket, "write", (chunk) => {
    if (session.isSetUp || session.isOver) untapOutgoing();
    else if (chunk instanceof Uint8Array) outgoing.push(chunk);
  });
  socket.once("close", () => {
    incoming.end(() => {
      session.closed(socket.errored === null ? LEFT : LOST);
      untap();
    });
  });
  if (head.byteLength > 0) incoming.push(head);
}

/** Has `see` told of the first argument of a method. Returns what takes that back. */
function tap(target: object, name: string, see: (argument: unknown) => void): () => void {
  const before = Object.getOwnPropertyDescriptor(target, name);
  const original: unknown = Reflect.get(target, name);
  if (typeof original !== "function") return () => undefined;
  const tapped = function (this: unknown, ...args: unknown[]): unknown {
    see(args[0]);
    return Reflect.apply(original, this, args);
  };
  Reflect.defineProperty(target, name, { value: tapped, configurable: true, writable: true });
  return () => {
    // Somebody may have put another over ours; then it stays below, and says nothing of interest.
    if (Reflect.get(target, name) !== tapped) return;
    Reflect.deleteProperty(target, name);
    if (before !== undefined) Reflect.defineProperty(target, name, before);
  };
}
