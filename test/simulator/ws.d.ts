/** Of the package `ws`, which brings no types of its own, the server's side. */
declare module "ws" {
  import type { EventEmitter } from "node:events";
  import type { IncomingMessage } from "node:http";
  import type { Duplex } from "node:stream";

  /** Emits `message` (Buffer, isBinary) and `close`. */
  export class WebSocket extends EventEmitter {
    constructor(url: string, options?: { readonly perMessageDeflate?: boolean | object });
    binaryType: string;
    send(data: string | Uint8Array): void;
    close(code?: number, reason?: string): void;
    terminate(): void;
  }

  export class WebSocketServer {
    constructor(options: {
      readonly noServer: true;
      readonly perMessageDeflate: false | { readonly threshold: number };
    });
    readonly clients: ReadonlySet<WebSocket>;
    handleUpgrade(
      request: IncomingMessage,
      socket: Duplex,
      head: Buffer,
      onOpen: (socket: WebSocket) => void,
    ): void;
  }
}
