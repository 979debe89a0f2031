/**
 * Watches a body stream in place: the app keeps the very stream object that `fetch` gave it, and the
 * methods by which it can be read tell what they read.
 *
 * A stream of our own around it would be simpler, and cost every chunk a second stream's machinery.
 */
import type { Clock } from "../base/clock.ts";
import {
  nativeCancel,
  nativeRead,
  observeReader,
  type ReadBody,
  type Reader,
  type ReadResult,
} from "./body-reader.ts";
import { callNative, getter, method, observation } from "./observed.ts";
import { type ByteStream, byteStream, ReadAhead, type ReadAheadLimits } from "./read-ahead.ts";
import type { Reading } from "./reading.ts";

type ReaderOptions = Parameters<ByteStream["getReader"]>[0];

export interface BodyParts {
  readonly clock: Clock;
  /** Bounds on what is read on behalf of an app that left. */
  readonly readAhead: ReadAheadLimits;
}

/** Told when the app takes up the body, when it lets go of it unfinished, and when it is at its end. */
export interface Attendance {
  attended(): void;
  left(): void;
  ended(): void;
}

const STREAMS = observation<ObservedBody>((base, observerOf) => {
  const onRest = (name: "tee" | "pipeThrough" | "values"): PropertyDescriptor =>
    method(function (this: ByteStream, ...args: unknown[]) {
      const rest = observerOf(this).rest();
      return Reflect.apply(rest[name], rest, args);
    });
  return {
    getReader: method(function (this: ByteStream, options?: ReaderOptions) {
      return observerOf(this).openReader(options);
    }),
    tee: onRest("tee"),
    pipeThrough: onRest("pipeThrough"),
    pipeTo: method(async function (this: ByteStream, ...args: Parameters<ByteStream["pipeTo"]>) {
      return observerOf(this)
        .rest()
        .pipeTo(...args);
    }),
    values: onRest("values"),
    [Symbol.asyncIterator]: onRest("values"),
    cancel: method(async function (this: ByteStream, reason?: unknown) {
      return observerOf(this).cancel(reason);
    }),
    locked: getter(function (this: ByteStream) {
      return observerOf(this).successor?.locked ?? Reflect.get(base, "locked", this);
    }),
  };
});

export class ObservedBody implements ReadBody {
  readonly native: ByteStream;
  readonly #reading: Reading;
  readonly #attendance: Attendance;
  readonly #parts: BodyParts;
  #successor: ByteStream | undefined;
  #ended = false;

  constructor(native: ByteStream, reading: Reading, attendance: Attendance, parts: BodyParts) {
    this.native = native;
    this.#reading = reading;
    this.#attendance = attendance;
    this.#parts = parts;
    STREAMS.observe(native, this);
  }

  /** Holds what the app has not read, once it isn't in the native stream any more. */
  get successor(): ByteStream | undefined {
    return this.#successor;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Reads the rest while the app is away. Does nothing when the body is being read, or was. */
  readAhead(): void {
    if (this.#ended || this.#successor !== undefined || this.native.locked) return;
    this.takeOver(this.#nativeReader());
  }

  /** What `getReader` gives: a native reader, observed. */
  openReader(options?: ReaderOptions): Reader {
    if (this.#successor !== undefined) return this.#successor.getReader(options);
    const reader = this.#nativeReader(options);
    this.#attendance.attended();
    observeReader(reader, this);
    return reader;
  }

  /** A stream of what the app has not read, read through an observed reader. */
  rest(): ByteStream {
    if (this.#successor !== undefined) return this.#successor;
    const reader = this.openReader();
    return byteStream(
      async () => (await readNext(reader)).value,
      (reason) => reader.cancel(reason),
    );
  }

  async cancel(reason: unknown): Promise<void> {
    if (this.#successor !== undefined) return this.#successor.cancel(reason);
    if (this.#ended || this.native.locked) {
      return callNative(ReadableStream.prototype, "cancel", this.native, [reason]);
    }
    const reader = this.openReader();
    return reader.cancel(reason).finally(() => reader.releaseLock());
  }

  left(): void {
    if (!this.#ended) this.#attendance.left();
  }

  saw(result: ReadResult): void {
    if (result.done) {
      this.#end();
      this.#reading.complete();
    } else this.#reading.chunk(result.value);
  }

  failed(error: unknown): void {
    this.#end();
    this.#reading.fail(error);
  }

  takeOver(reader: Reader): ByteStream {
    this.#reading.leave();
    const ahead = new ReadAhead({
      next: async () => {
        try {
          const result = await nativeRead(reader);
          this.saw(result);
          return result.done ? undefined : result.value;
        } catch (error) {
          this.failed(error);
          throw error;
        }
      },
      isWanted: () => !this.#reading.settled,
      // The connection may be gone by then, which is as good.
      cancel: () => nativeCancel(reader).catch(() => {}),
      gaveUp: () => this.#reading.abandon(),
    });
    this.#successor = ahead.stream();
    void ahead.run(this.#parts.readAhead, this.#parts.clock);
    return this.#successor;
  }

  #end(): void {
    this.#ended = true;
    this.#attendance.ended();
  }

  #nativeReader(options?: ReaderOptions): Reader {
    return callNative(ReadableStream.prototype, "getReader", this.native, [options]);
  }
}

/** As the app would read, so that it is observed. */
function readNext(reader: Reader): Promise<ReadResult> {
  return Reflect.apply(reader.read, reader, []);
}
