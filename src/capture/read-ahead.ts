/**
 * Reads on where the app stopped, to learn the final usage of a request that Google bills in full.
 *
 * What is read is kept, in order, for an app that comes back to the body later; so the app can't
 * tell the difference, but for the memory, which is bounded.
 */
import type { Clock } from "../base/clock.ts";

export interface ReadAheadLimits {
  readonly maxBytes: number;
  readonly maxMs: number;
}

export type ByteStream = ReadableStream<Uint8Array>;
/** Resolves with the next bytes of a body, or with undefined at its end. */
export type NextChunk = () => Promise<Uint8Array | undefined>;

/** A byte stream that asks `next` for its chunks. */
export function byteStream(
  next: NextChunk,
  cancel: (reason: unknown) => Promise<void>,
): ByteStream {
  return new ReadableStream({
    type: "bytes",
    pull: async (controller) => {
      const chunk = await next();
      if (chunk !== undefined) return controller.enqueue(chunk);
      controller.close();
      controller.byobRequest?.respond(0);
      return undefined;
    },
    cancel,
  });
}

export interface ReadAheadParts {
  readonly next: NextChunk;
  /** False once nothing is to be learnt from the rest. */
  readonly isWanted: () => boolean;
  /** Closes the connection. */
  readonly cancel: () => Promise<void>;
  /** Told when the end of the body was not reached. */
  readonly gaveUp: () => void;
}

export class ReadAhead {
  readonly #parts: ReadAheadParts;
  readonly #kept: Uint8Array[] = [];
  #dropped = false;
  #atLimit = false;
  #readBytes = 0;
  #inFlight: Promise<void> | undefined;
  #end: { readonly error?: unknown } | undefined;

  constructor(parts: ReadAheadParts) {
    this.#parts = parts;
  }

  /** Reads until the end of the body or a limit; what is left then waits for the app. */
  async run(limits: ReadAheadLimits, clock: Clock): Promise<void> {
    const untilMs = clock.monotonicMs() + limits.maxMs;
    const mayGoOn = (): boolean =>
      this.#readBytes < limits.maxBytes && clock.monotonicMs() < untilMs && this.#parts.isWanted();
    while (this.#end === undefined && mayGoOn()) {
      // oxlint-disable-next-line no-await-in-loop -- one chunk follows another
      await this.#pump();
    }
    if (this.#end !== undefined) return;
    this.#atLimit = true;
    this.#parts.gaveUp();
    if (this.#dropped) await this.#parts.cancel();
  }

  /** The body from where the app left it. */
  stream(): ByteStream {
    return byteStream(
      () => this.#nextKept(),
      () => this.#drop(),
    );
  }

  async #nextKept(): Promise<Uint8Array | undefined> {
    // oxlint-disable-next-line no-await-in-loop -- one chunk follows another
    while (this.#kept.length === 0 && this.#end === undefined) await this.#pump();
    const chunk = this.#kept.shift();
    if (chunk === undefined && this.#end !== undefined && "error" in this.#end) {
      throw this.#end.error;
    }
    return chunk;
  }

  /** The app cancelled: the rest is read for its usage only. */
  async #drop(): Promise<void> {
    this.#dropped = true;
    this.#kept.length = 0;
    if (this.#atLimit) await this.#parts.cancel();
  }

  /** The loop and an app that came back may both ask; they share one read. */
  #pump(): Promise<void> {
    this.#inFlight ??= this.#readOne().finally(() => {
      this.#inFlight = undefined;
    });
    return this.#inFlight;
  }

  async #readOne(): Promise<void> {
    try {
      const chunk = await this.#parts.next();
      if (chunk === undefined) {
        this.#end = {};
        return;
      }
      this.#readBytes += chunk.byteLength;
      if (!this.#dropped && chunk.byteLength > 0) this.#kept.push(chunk);
    } catch (error) {
      this.#end = { error };
    }
  }
}
