/**
 * Watches a Response in place: whatever way the app reads the body is the way the meter sees it. The
 * app keeps its own Response object and its bytes; nothing is downloaded twice, and what the app
 * parses is not parsed again.
 */
import { MAX_WHOLE_BYTES, TAIL_BYTES } from "./body-scanner.ts";
import { type Attendance, type BodyParts, ObservedBody } from "./body.ts";
import type { Reading } from "./reading.ts";
import { method, shadow } from "./shadow.ts";
import type { UnattendedBodies, UnattendedBody } from "./unattended.ts";

export interface ResponseParts extends BodyParts {
  readonly unattended: UnattendedBodies;
}

const CONSUMERS = ["arrayBuffer", "blob", "bytes", "formData", "json", "text"] as const;
type Consumer = (typeof CONSUMERS)[number];

class ObservedResponse implements UnattendedBody, Attendance {
  readonly #response: Response;
  readonly #reading: Reading;
  readonly #parts: ResponseParts;
  readonly #nativeClone: () => Response;
  #body: ObservedBody | undefined;
  /** Stands in for the native body where that was read ahead before the app had touched it. */
  #replacement: Response | undefined;

  /** Shadows the members of `response` by which its body can be read. */
  constructor(response: Response, reading: Reading, parts: ResponseParts) {
    this.#response = response;
    this.#reading = reading;
    this.#parts = parts;
    this.#nativeClone = response.clone.bind(response);
    this.#shadowResponse();
    this.left();
  }

  attended(): void {
    this.#parts.unattended.remove(this);
  }

  left(): void {
    this.#parts.unattended.add(this);
  }

  readAhead(): void {
    if (this.#reading.settled) return;
    const { status, statusText, headers, bodyUsed } = this.#response;
    this.#observedBody();
    this.#body?.readAhead();
    const rest = this.#body?.successor;
    // A body that the app has touched can't be had from its Response again, with us or without.
    if (bodyUsed || rest === undefined) return;
    this.#replacement = new Response(rest, { status, statusText, headers });
  }

  abandon(): void {
    this.#reading.abandon();
  }

  #shadowResponse(): void {
    const response = this.#response;
    for (const name of CONSUMERS) {
      const native: unknown = Reflect.get(response, name);
      if (typeof native !== "function") continue; // Response.bytes() is newer than some fetches
      shadow(response, { [name]: method(() => this.#consume(name, () => native.call(response))) });
    }
    shadow(response, {
      clone: method(() => this.#clone()),
      body: { get: () => this.#observedBody() },
      bodyUsed: { get: () => this.#replacement?.bodyUsed ?? nativeGet(response, "bodyUsed") },
    });
  }

  #consume(name: Consumer, native: () => Promise<unknown>): Promise<unknown> {
    if (this.#replacement !== undefined) return this.#replacement[name]();
    // A second read, or one beside a reader: the native refusal says nothing about the body.
    if (this.#response.bodyUsed || this.#body?.native.locked === true) return native();
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
      // A body too large to be parsed whole is searched from its end: don't make it bytes again.
      const text = value.length > MAX_WHOLE_BYTES ? value.slice(-TAIL_BYTES) : value;
      this.#reading.whole(Buffer.from(text));
    } else if (value instanceof ArrayBuffer) this.#reading.whole(new Uint8Array(value));
    else if (value instanceof Uint8Array) this.#reading.whole(value);
    else if (value instanceof Blob) void this.#consumedBlob(value);
    else this.#reading.complete();
  }

  async #consumedBlob(blob: Blob): Promise<void> {
    const part = blob.size > MAX_WHOLE_BYTES ? blob.slice(-TAIL_BYTES) : blob;
    this.#reading.whole(new Uint8Array(await part.arrayBuffer()));
  }

  #clone(): Response {
    if (this.#replacement !== undefined) return this.#replacement.clone();
    const copy = this.#nativeClone();
    observeResponse(copy, this.#reading.branch(), this.#parts);
    return copy;
  }

  #observedBody(): Response["body"] {
    const body: unknown = nativeGet(this.#response, "body");
    if (!(body instanceof ReadableStream)) return this.#replacement?.body ?? null;
    // `clone()` gives the response a new stream, so the one observed may be an old one.
    if (body !== this.#body?.native && !body.locked) {
      this.#body = new ObservedBody(body, this.#reading, this, this.#parts);
      this.#parts.unattended.abandonWithBody(body, this.#reading);
    }
    return body;
  }
}

/** Observes `response` until its body ends, or nobody is left to read it. */
export function observeResponse(response: Response, reading: Reading, parts: ResponseParts): void {
  // oxlint-disable-next-line no-new -- it lives in the properties that it defines
  new ObservedResponse(response, reading, parts);
}

/** The value that the class of `response` gives, past the shadows on the object. */
function nativeGet(response: Response, name: "body" | "bodyUsed"): unknown {
  return Reflect.get(Object.getPrototypeOf(response), name, response);
}
