/**
 * Tells which try of a request a call is, by the failures that nobody has tried again yet.
 *
 * Clients send a request anew without saying so: SDKs below what an app sees of them, apps in loops
 * of their own. But what they send is the same, so a request that equals one that failed is its next
 * try. A failure is followed once: of ten equal calls that fail together and are tried again, ten are
 * second tries. Where more than one failure could be meant, the oldest is.
 *
 * Nothing is digested unless a request to the same place has failed.
 */
import { hash } from "node:crypto";

import type { Clock } from "../base/clock.ts";
import type { Tags } from "../usage/tags.ts";
import type { OutgoingRequest } from "./outgoing-request.ts";

/** Longer than clients wait between two tries, even when the provider tells them how long. */
const FOLLOWED_WITHIN_MS = 5 * 60_000;
const MAX_FAILURES = 1_000;
/** Of a longer body only its two ends are digested, so that an image costs little. */
const DIGESTED_LENGTH = 64 * 1024;
/** Refusals below 500 after which clients try again. */
const PASSING_REFUSALS: ReadonlySet<number> = new Set([408, 409, 429]);

export class Attempts {
  readonly #clock: Clock;
  /** Oldest first. */
  readonly #failures = new Set<Failure>();
  readonly #byPlace = new Map<string, Set<Failure>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param traceId Of the trace in which the app sends the request, where there is one. */
  open(request: OutgoingRequest, tags: Tags, traceId: string | undefined): Attempt {
    const sent: Sent = { request, tags, traceId };
    return new Attempt(this.#follow(sent), (number) => this.#remember(sent, number));
  }

  #follow(sent: Sent): number {
    if (this.#failures.size === 0) return 1;
    this.#forget(MAX_FAILURES);
    const failures = this.#byPlace.get(placeOf(sent));
    if (failures === undefined) return 1;
    const content = contentOf(sent.request);
    const followed = [...failures].find((failure) => failure.content === content);
    if (followed === undefined) return 1;
    this.#remove(followed);
    return followed.number + 1;
  }

  #remember(sent: Sent, number: number): void {
    this.#forget(MAX_FAILURES - 1);
    const place = placeOf(sent);
    const failure = {
      number,
      place,
      content: contentOf(sent.request),
      atMs: this.#clock.monotonicMs(),
    };
    const there = this.#byPlace.get(place);
    if (there === undefined) this.#byPlace.set(place, new Set([failure]));
    else there.add(failure);
    this.#failures.add(failure);
  }

  /** Forgets what nobody will follow any more, and the oldest beyond `maxKept`. */
  #forget(maxKept: number): void {
    const oldestMs = this.#clock.monotonicMs() - FOLLOWED_WITHIN_MS;
    for (const failure of this.#failures) {
      if (failure.atMs >= oldestMs && this.#failures.size <= maxKept) return;
      this.#remove(failure);
    }
  }

  #remove(failure: Failure): void {
    const there = this.#byPlace.get(failure.place);
    there?.delete(failure);
    if (there?.size === 0) this.#byPlace.delete(failure.place);
    this.#failures.delete(failure);
  }
}

/** One try. Until its end is told it holds on to the request, as `fetch` does. */
export class Attempt {
  /** 1 for the first. */
  readonly number: number;
  #onFailure: ((number: number) => void) | undefined;

  constructor(number: number, onFailure: (number: number) => void) {
    this.number = number;
    this.#onFailure = onFailure;
  }

  /** The head of an answer is there. Clients may try again without reading the rest of a refusal. */
  answered(httpStatusCode: number): void {
    if (httpStatusCode < 400) return;
    this.ended(httpStatusCode >= 500 || PASSING_REFUSALS.has(httpStatusCode));
  }

  /** @param failed False for a call that was answered, or that the app itself broke off. */
  ended(failed: boolean): void {
    const onFailure = this.#onFailure;
    this.#onFailure = undefined;
    if (failed) onFailure?.(this.number);
  }
}

interface Sent {
  readonly request: OutgoingRequest;
  readonly tags: Tags;
  readonly traceId: string | undefined;
}

/** A try that failed, and that no later one has followed. */
interface Failure {
  readonly number: number;
  readonly place: string;
  readonly content: string;
  readonly atMs: number;
}

/** Where a request goes, for whom, and in which trace; free of what a query may hold. */
function placeOf({ request: { method, url }, tags, traceId }: Sent): string {
  const { endpoint, brand, campaign, user } = tags;
  return [method, url.origin, url.pathname, traceId, endpoint, brand, campaign, user].join("\n");
}

/** A digest of the query, but for a key, which the next try may change, and of the body. */
function contentOf({ url, body }: OutgoingRequest): string {
  const query = url.search.replace(/(?<=[?&])key=[^&]*/g, "");
  return hash("sha256", `${query}\n${body === undefined ? "" : beginningAndEnd(body)}`);
}

function beginningAndEnd(body: string | Uint8Array): string {
  const { length } = body;
  const half = DIGESTED_LENGTH / 2;
  const parts =
    length <= DIGESTED_LENGTH ? [body] : [body.slice(0, half), body.slice(length - half)];
  return `${length}\n${parts.map(textOf).join("")}`;
}

function textOf(part: string | Uint8Array): string {
  return typeof part === "string" ? part : Buffer.from(part).toString("latin1");
}
