/** Watches a reader of a body in place: what it reads, and when the app cancels it or lets it go. */
import { callNative, method, observation } from "./observed.ts";
import type { ByteStream } from "./read-ahead.ts";

export type Reader = ReadableStreamDefaultReader<Uint8Array> | ReadableStreamBYOBReader;
export type ReadResult = Awaited<ReturnType<ReadableStreamDefaultReader<Uint8Array>["read"]>>;

/** The body that is read. */
export interface ReadBody {
  /** True when nothing is left to be read, or it failed. */
  readonly ended: boolean;
  saw(result: ReadResult): void;
  failed(error: unknown): void;
  /** The app let go of its reader. */
  left(): void;
  /** Reads on by `reader`; the app finds what it has not read in the stream returned. */
  takeOver(reader: Reader): ByteStream;
}

const BYOB_VIEW_BYTES = 64 * 1024;
const DONE: ReadResult = { done: true, value: undefined };

const READERS = observation<ObservedReader>((_base, observerOf) => ({
  read: method(function (this: Reader, ...view: unknown[]) {
    return observerOf(this).read(view);
  }),
  cancel: method(async function (this: Reader, reason?: unknown) {
    return observerOf(this).cancel(reason);
  }),
  releaseLock: method(function (this: Reader) {
    observerOf(this).releaseLock();
  }),
}));

/** Has `body` told of what `reader` reads. */
export function observeReader(reader: Reader, body: ReadBody): void {
  READERS.observe(reader, new ObservedReader(reader, body));
}

class ObservedReader {
  readonly #reader: Reader;
  readonly #body: ReadBody;
  #cancelled = false;
  #released = false;

  constructor(reader: Reader, body: ReadBody) {
    this.#reader = reader;
    this.#body = body;
  }

  read(view: unknown[]): Promise<ReadResult> {
    if (this.#cancelled) return Promise.resolve(DONE);
    const native = nativeOf(this.#reader);
    const result = callNative<Promise<ReadResult>>(native, "read", this.#reader, view);
    return result.then(this.#onResult, this.#onError);
  }

  async cancel(reason: unknown): Promise<void> {
    if (this.#cancelled) return undefined;
    if (this.#body.ended || this.#released) return nativeCancel(this.#reader, reason);
    this.#cancelled = true;
    return this.#body.takeOver(this.#reader).cancel(reason);
  }

  releaseLock(): void {
    if (this.#cancelled) return; // the reader is ours now, and what the app sees is the successor
    callNative(nativeOf(this.#reader), "releaseLock", this.#reader);
    this.#released = true;
    this.#body.left();
  }

  readonly #onResult = (result: ReadResult): ReadResult => {
    this.#body.saw(result);
    return this.#cancelled ? DONE : result;
  };

  readonly #onError = (error: unknown): never => {
    // A read that was pending when the lock was released says nothing about the body.
    if (!this.#released) this.#body.failed(error);
    throw error;
  };
}

/** Reads past any observer. A BYOB reader wants a view to read into. */
export function nativeRead(reader: Reader): Promise<ReadResult> {
  const view =
    reader instanceof ReadableStreamDefaultReader ? [] : [new Uint8Array(BYOB_VIEW_BYTES)];
  return callNative(nativeOf(reader), "read", reader, view);
}

export function nativeCancel(reader: Reader, reason?: unknown): Promise<void> {
  return callNative(nativeOf(reader), "cancel", reader, [reason]);
}

function nativeOf(reader: Reader): object {
  return reader instanceof ReadableStreamDefaultReader
    ? ReadableStreamDefaultReader.prototype
    : ReadableStreamBYOBReader.prototype;
}
