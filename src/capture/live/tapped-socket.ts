/**
 * Listens in on a socket that was upgraded to a WebSocket, without a part in its flow.
 *
 * A second `data` listener would set the stream flowing, and hear what the client puts back into it
 * twice. So the way in is tapped where the bytes arrive, `push`, and the way out at `write`.
 */
import type { Duplex } from "node:stream";

import { FrameReader } from "./frame-reader.ts";
import type { MeteredSession } from "./session.ts";
import { tap } from "./tap.ts";

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
  const fault = (error: unknown): void => session.fault(error);
  // First, so that of what waited for the parser the setup is read before any answer.
  const outgoing = new FrameReader(
    { from: "client", extensions },
    { message: (text) => session.sent(text), closing: () => undefined, fault },
  );
  const incoming = new FrameReader(
    { from: "server", extensions },
    {
      message: (text) => session.received(text),
      closing: (code, reason) => session.closed(code, reason),
      fault,
    },
  );
  const untapIncoming = tap(socket, "push", {
    see: (chunk) => {
      if (session.isOver) stop();
      else if (chunk === null) incoming.end(() => session.closed(LOST));
      else if (chunk instanceof Uint8Array) incoming.push(chunk);
    },
    fault,
  });
  const untapOutgoing = tap(socket, "write", {
    see: (chunk) => {
      if (session.isSetUp || session.isOver) stopOutgoing();
      else if (chunk instanceof Uint8Array) outgoing.push(chunk);
    },
    fault,
  });
  const stopOutgoing = (): void => {
    untapOutgoing();
    outgoing.close();
  };
  const stop = (): void => {
    stopOutgoing();
    untapIncoming();
    incoming.close();
  };
  socket.once("close", () => {
    incoming.end(() => {
      session.closed(socket.errored === null ? LEFT : LOST);
      stop();
    });
  });
  if (head.byteLength > 0) incoming.push(head);
}
