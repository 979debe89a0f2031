/**
 * Watches a Response in place: whatever way the app reads the body is the way the meter sees it. The
 * app keeps its own Response object and its bytes; nothing is downloaded twice, and what the app
 * parses is not parsed again.
 */
import { CUT, END_BYTES, MAX_WHOLE_BYTES } from "./body-scanner.ts";
import { type Attendance, type BodyParts, ObservedBody } from "./body.ts";
import { callNative, getter, method, observation } from "./observed.ts";
import type { Reading } from "./reading.ts";
import type { UnattendedBodies, UnattendedBody } from "./unattended.ts";

export interface ResponseParts extends BodyParts {
  readonly unattended: UnattendedBodies;
}

const CONSUMERS = ["arrayBuffer", "blob", "bytes", "formData", "json", "text"] as const;
type Consumer = (typeof CONSUMERS)[number];

const RESPONSES = observation<ObservedResponse>((base, observerOf) => {
  const members: PropertyDescriptorMap = {
    clone: method(function (this: Response) {
      return observerOf(this).clone(() => callNative(base, "clone", this));
    }),
    body: getter(function (this: Response) {
      return observerOf(this).bodyOf(Reflect.get(base, "body", this));
    }),
    bodyUsed: getter(function (this: Response) {
      return observerOf(this).bodyUsed ?? Reflect.get(base, "bodyUsed", this);
    }),
  };
  for (const name of CONSUMERS) {
    if (!(name in base)) continue; // Response.bytes() is newer than some fetches
    members[name] = method(function (this: Response) {
      return observerOf(this).consume(this, name, () => callNative(base, name, this));
    });
  }
  return members;
});

class ObservedResponse implements UnattendedBody, Attendance {
  readonly #response: Response;
  readonly #reading: Reading;
  readonly #parts: ResponseParts;
  #body: ObservedBody | undefined;
  /** Stands in for the native body where that was read ahead before the app had touched it. */
  #replacement: Response | undefined;

  constructor(response: Response, reading: Reading, parts: ResponseParts) {
    this.#response = response;
    this.#reading = reading;
    this.#parts = parts;
    this.left();
  }

  attended(): void {
    this.#parts.unattended.remove(this);
  }

  left(): void {
    this.#parts.unattended.add(this);
  }

  ended(): void {
    this.#parts.unattended.release(this.#reading);
  }

  readAhead(): void {
    if (this.#reading.settled) return;
    const { body, status, statusText, headers, bodyUsed } = this.#response;
    if (body !== null) this.#body?.readAhead();
    const rest = this.#body?.successor;
    // A body that the app has touched can't be had from its Response again, with us or without.
    if (bodyUsed || rest === undefined) return;
    this.#replacement = new Response(rest, { status, statusText, headers });
  }

  abandon(): void {
    this.#reading.abandon();
  }

  /** Undefined where the native one says it. */
  get bodyUsed(): boolean | undefined {
    return this.#replacement?.bodyUsed;
  }

  bodyOf(native: unknown): unknown {
    if (!(native instanceof ReadableStream)) return this.#replacement?.body ?? native;
    // `clone()` gives the response a new stream, so the one observed may be an old one.
    if (native !== this.#body?.native && !native.locked) {
      this.#body = new ObservedBody(native, this.#reading, this, this.#parts);
      this.#parts.unattended.abandonWithBody(native, this.#reading);
    }
    return native;
  }

  clone(native: () => Response): Response {
    if (this.#replacement !== undefined) return this.#replacement.clone();
    const copy = native();
    observeResponse(copy, this.#reading.branch(), this.#parts);
    return copy;
  }

  consume(response: Response, name: Consumer, native: () => Promise<unknown>): Promise<unknown> {
    if (this.#replacement !== undefined) return this.#replacement[name]();
    // A second read, or one beside a reader: the native refusal says nothing about the body.
    if (response.bodyUsed || this.#body?.native.locked === true) return native();
    this.attended();
    return native().then(
      (value) => {
        this.#consumed(name, value);
        return value;
      },
      (error: unknown) => {
        this.#reading.fail(error);
        throw error;
      },
    );
  }

  #consumed(name: Consumer, value: unknown): void {
    if (name === "json") this.#reading.parsed(value);
    else if (typeof value === "string") {
      // A body too large to be parsed whole is searched at its ends: don't make it bytes again.
      const text = this.#needsEnds(value.length)
        ? value.slice(0, END_BYTES) + CUT + value.slice(-END_BYTES)
        : value;
      this.#reading.whole(Buffer.from(text));
    } else if (value instanceof ArrayBuffer) this.#reading.whole(new Uint8Array(value));
    else if (value instanceof Uint8Array) this.#reading.whole(value);
    else if (value instanceof Blob) void this.#consumedBlob(value);
    else this.#reading.complete();
  }

  async #consumedBlob(blob: Blob): Promise<void> {
    const part = this.#needsEnds(blob.size)
      ? new Blob([blob.slice(0, END_BYTES), CUT, blob.slice(-END_BYTES)])
      : blob;
    this.#reading.whole(new Uint8Array(await part.arrayBuffer()));
  }

  #needsEnds(size: number): boolean {
    return size > MAX_WHOLE_BYTES && !this.#reading.readsLines;
  }
}

/**
 * Observes `response` until its body ends, or nobody is left to read it.
 *
 * @throws TypeError when it can't be observed.
 */
export function observeResponse(response: Response, reading: Reading, parts: ResponseParts): void {
  // What some mocks and fetches give instead has methods of its own, which a prototype can't precede.
  if (Object.hasOwn(response, "json")) throw new TypeError("The response is not of a class");
  RESPONSES.observe(response, new ObservedResponse(response, reading, parts));
}
