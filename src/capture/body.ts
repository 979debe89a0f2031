/**
 * Watches a body stream in place: the app keeps the very stream object that `fetch` gave it, and the
 * methods by which it can be read are shadowed on that object.
 *
 * A stream of our own around it would be simpler, and cost every chunk a second stream's machinery.
 */
import type { Clock } from "../base/clock.ts";
import { type ByteStream, byteStream, ReadAhead, type ReadAheadLimits } from "./read-ahead.ts";
import type { Reading } from "./reading.ts";
import { method, shadow } from "./shadow.ts";

type Reader = ReadableStreamDefaultReader<Uint8Array> | ReadableStreamBYOBReader;
type ReaderOptions = Parameters<ByteStream["getReader"]>[0];
type ReadResult = Awaited<ReturnType<ReadableStreamDefaultReader<Uint8Array>["read"]>>;
type Read = (...view: unknown[]) => Promise<ReadResult>;

export interface BodyParts {
  readonly clock: Clock;
  /** Bounds on what is read on behalf of an app that left. */
  readonly readAhead: ReadAheadLimits;
}

/** Told when the app takes up the body and when it lets go of it unfinished. */
export interface Attendance {
  attended(): void;
  left(): void;
}

const BYOB_VIEW_BYTES = 64 * 1024;
const DONE: ReadResult = { done: true, value: undefined };

export class ObservedBody {
  readonly native: ByteStream;
  readonly #getReader: (options?: ReaderOptions) => Reader;
  readonly #reading: Reading;
  readonly #attendance: Attendance;
  readonly #parts: BodyParts;
  #successor: ByteStream | undefined;
  #ended = false;

  /** Shadows the methods of `native`. */
  constructor(native: ByteStream, reading: Reading, attendance: Attendance, parts: BodyParts) {
    this.native = native;
    this.#getReader = native.getReader.bind(native);
    this.#reading = reading;
    this.#attendance = attendance;
    this.#parts = parts;
    this.#shadowStream(native.cancel.bind(native));
  }

  /** Holds what the app has not read, once it isn't in the native stream any more. */
  get successor(): ByteStream | undefined {
    return this.#successor;
  }

  /** Reads the rest while the app is away. Does nothing when the body is being read, or was. */
  readAhead(): void {
    if (this.#ended || this.#successor !== undefined || this.native.locked) return;
    const reader = this.#getReader();
    this.#takeOver(readOf(reader), () => reader.cancel());
  }

  #shadowStream(nativeCancel: (reason?: unknown) => Promise<void>): void {
    const open = (): ByteStream => this.#successor ?? this.#passThrough();
    const values = (options?: { preventCancel?: boolean }) => open().values(options);
    shadow(this.native, {
      getReader: method((options?: ReaderOptions) => this.#openReader(options)),
      tee: method(() => open().tee()),
      pipeThrough: method((...args: Parameters<ByteStream["pipeThrough"]>) =>
        open().pipeThrough(...args),
      ),
      pipeTo: method(async (...args: Parameters<ByteStream["pipeTo"]>) => open().pipeTo(...args)),
      values: method(values),
      [Symbol.asyncIterator]: method(values),
      cancel: method(async (reason?: unknown) => {
        if (this.#successor !== undefined) return this.#successor.cancel(reason);
        if (this.#ended || this.native.locked) return nativeCancel(reason);
        const reader = this.#openReader();
        return reader.cancel(reason).finally(() => reader.releaseLock());
      }),
      locked: {
        get: () =>
          this.#successor?.locked ?? Reflect.get(ReadableStream.prototype, "locked", this.native),
      },
    });
  }

  /** What `getReader` gives: a native reader, observed. */
  #openReader(options?: ReaderOptions): Reader {
    if (this.#successor !== undefined) return this.#successor.getReader(options);
    const reader = this.#getReader(options);
    this.#attendance.attended();
    this.#shadowReader(reader);
    return reader;
  }

  #shadowReader(reader: Reader): void {
    const read = readOf(reader);
    const cancel = reader.cancel.bind(reader);
    const releaseLock = reader.releaseLock.bind(reader);
    let cancelled = false;
    let released = false;
    shadow(reader, {
      read: method(async (...view: unknown[]) => {
        if (cancelled) return DONE;
        const result = await this.#observed(read(...view), () => released);
        return cancelled ? DONE : result;
      }),
      cancel: method(async (reason?: unknown) => {
        if (cancelled) return undefined;
        if (this.#ended || released) return cancel(reason);
        cancelled = true;
        return this.#takeOver(read, cancel).cancel(reason);
      }),
      releaseLock: method(() => {
        if (cancelled) return; // the reader is ours now, and what the app sees is the successor
        releaseLock();
        released = true;
        if (!this.#ended) this.#attendance.left();
      }),
    });
  }

  /** Reads on without the app, which finds what it has not read in the stream returned. */
  #takeOver(read: Read, cancel: () => Promise<void>): ByteStream {
    this.#reading.leave();
    const ahead = new ReadAhead({
      next: async () => {
        const { done, value } = await this.#observed(read(), () => false);
        return done ? undefined : value;
      },
      isWanted: () => !this.#reading.settled,
      cancel: () => cancel().catch(() => {}), // the connection may be gone by then, which is as good
      gaveUp: () => this.#reading.abandon(),
    });
    this.#successor = ahead.stream();
    void ahead.run(this.#parts.readAhead, this.#parts.clock);
    return this.#successor;
  }

  #passThrough(): ByteStream {
    const reader = this.#openReader();
    const read = readOf(reader);
    return byteStream(
      async () => (await read()).value,
      (reason) => reader.cancel(reason),
    );
  }

  #observed(read: Promise<ReadResult>, released: () => boolean): Promise<ReadResult> {
    return read.then(
      (result) => {
        if (result.done) {
          this.#ended = true;
          this.#reading.complete();
        } else this.#reading.chunk(result.value);
        return result;
      },
      (error: unknown) => {
        // A read that was pending when the lock was released says nothing about the body.
        if (!released()) {
          this.#ended = true;
          this.#reading.fail(error);
        }
        throw error;
      },
    );
  }
}

/** The reader's `read` as it stands now. A BYOB reader wants a view to read into. */
function readOf(reader: Reader): Read {
  const native = reader.read;
  if (reader instanceof ReadableStreamDefaultReader) return () => Reflect.apply(native, reader, []);
  return (view = new Uint8Array(BYOB_VIEW_BYTES), ...rest) =>
    Reflect.apply(native, reader, [view, ...rest]);
}
