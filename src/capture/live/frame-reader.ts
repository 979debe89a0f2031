/**
 * Reads messages out of one direction of a WebSocket's bytes, by the parser of the package `ws`.
 *
 * That is loaded when the first session opens, so that apps without one don't pay for it; what comes
 * before it is there is kept, within a bound.
 */
import type * as ws from "ws";

type FrameParser = typeof ws;

export interface FrameListener {
  message(text: string): void;
  /** The frame by which the sender closes the connection. */
  closing(code: number, reason: string): void;
  /** Nothing more can be read. */
  fault(error: unknown): void;
}

export interface FrameReaderOptions {
  /** Who sends these bytes: those of a client are masked. */
  readonly from: "client" | "server";
  /** The header `sec-websocket-extensions` of the server's answer. */
  readonly extensions: string | undefined;
}

/** Speech comes in pieces far smaller. */
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;
const DEFLATE = "permessage-deflate";

let loading: Promise<FrameParser> | undefined;

/** Rejects where the package is missing, as from a bundle that left it out. */
export function loadFrameParser(): Promise<FrameParser> {
  loading ??= import("ws");
  return loading;
}

export class FrameReader {
  readonly #options: FrameReaderOptions;
  readonly #listener: FrameListener;
  /** Never rejects. */
  readonly #ready: Promise<void>;
  #receiver: InstanceType<FrameParser["Receiver"]> | undefined;
  #deflate: InstanceType<FrameParser["PerMessageDeflate"]> | undefined;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #isClosed = false;

  constructor(options: FrameReaderOptions, listener: FrameListener) {
    this.#options = options;
    this.#listener = listener;
    this.#ready = loadFrameParser().then(
      (parser) => this.#begin(parser),
      (error: unknown) => this.#fail(error),
    );
  }

  push(bytes: Uint8Array): void {
    if (this.#isClosed) return;
    // The parser unmasks in place, and these bytes are still to be sent.
    const own = this.#options.from === "client" ? Buffer.from(bytes) : bytes;
    if (this.#receiver !== undefined) {
      this.#receiver.write(own);
      return;
    }
    this.#waiting.push(own);
    this.#waitingBytes += own.byteLength;
    if (this.#waitingBytes > MAX_MESSAGE_BYTES) {
      this.#fail(new RangeError("A WebSocket said too much before its parser was loaded"));
    }
  }

  /** Nothing more is sent. Calls back once all that was has been read, unpacked where it was packed. */
  end(onRead: () => void): void {
    void this.#ready.then(() => {
      const receiver = this.#receiver;
      if (receiver === undefined || this.#isClosed || receiver.writableFinished) onRead();
      else receiver.once("finish", onRead).end();
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#waiting = [];
    this.#deflate?.cleanup();
    this.#deflate = undefined;
  }

  #begin(parser: FrameParser): void {
    if (this.#isClosed) return;
    try {
      const receiver = this.#createReceiver(parser);
      this.#receiver = receiver;
      for (const bytes of this.#waiting) receiver.write(bytes);
      this.#waiting = [];
    } catch (error) {
      this.#fail(error);
    }
  }

  #createReceiver({ Receiver, PerMessageDeflate, extension }: FrameParser) {
    const isServer = this.#options.from === "client";
    const maxPayload = MAX_MESSAGE_BYTES;
    const { extensions: header } = this.#options;
    const agreed = header === undefined ? undefined : extension.parse(header)[DEFLATE];
    if (agreed !== undefined) {
      this.#deflate = new PerMessageDeflate({ isServer, maxPayload });
      this.#deflate.accept(agreed);
    }
    const extensions = this.#deflate === undefined ? {} : { [DEFLATE]: this.#deflate };
    const receiver = new Receiver({ isServer, extensions, maxPayload, skipUTF8Validation: true });
    receiver.on("message", (data: Buffer) => {
      if (!this.#isClosed) this.#listener.message(data.toString("utf8"));
    });
    receiver.on("conclude", (code: number, reason: Buffer) => {
      if (!this.#isClosed) this.#listener.closing(code, reason.toString("utf8"));
    });
    receiver.on("error", (error) => this.#fail(error));
    return receiver;
  }

  #fail(error: unknown): void {
    if (this.#isClosed) return;
    this.close();
    this.#listener.fault(error);
  }
}
