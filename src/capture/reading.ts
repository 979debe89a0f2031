/**
 * One reader's way through a body. A response that is cloned or teed has several; the first that
 * comes to an end tells the call, and only when all were let go is the body abandoned.
 */
import type { BodyScanner } from "./body-scanner.ts";

/** How a body ended, and the answers that were read in it. */
export interface BodyEnd {
  readonly kind: "complete" | "failed" | "abandoned";
  readonly payloads: readonly unknown[];
  /** True when the app broke off; `complete` then means that it was read on without the app. */
  readonly appLeft: boolean;
  /** What reading was rejected with, when `kind` is `failed`. */
  readonly error?: unknown;
}

/** What readings report to. Reports after the first `bodyEnded` change nothing. */
export interface BodyOwner {
  readonly settled: boolean;
  /** True when all of a long body matters, and not its end alone. */
  readonly readsLines: boolean;
  newScanner(): BodyScanner;
  firstChunk(): void;
  bodyEnded(end: BodyEnd): void;
  /** True when a stream of which this was read has said its last word, though it may still be open. */
  saidAll(payloads: readonly unknown[]): boolean;
  /** Something in the meter itself threw. */
  fault(error: unknown): void;
}

export class Reading {
  readonly #owner: BodyOwner;
  readonly #open: { readers: number };
  #scanner: BodyScanner | undefined;
  #ended = false;
  #appLeft = false;

  constructor(owner: BodyOwner, open: { readers: number } = { readers: 1 }) {
    this.#owner = owner;
    this.#open = open;
  }

  /** True when nothing is to be learnt here any more. */
  get settled(): boolean {
    return this.#ended || this.#owner.settled;
  }

  get readsLines(): boolean {
    return this.#owner.readsLines;
  }

  /** A second reader of the same body: that of a clone. */
  branch(): Reading {
    this.#open.readers++;
    return new Reading(this.#owner, this.#open);
  }

  /** The answers read so far. */
  seen(): readonly unknown[] {
    return this.#scanner?.payloads() ?? [];
  }

  chunk(bytes: Uint8Array): void {
    if (this.settled) return;
    try {
      if (this.#scanner === undefined) this.#owner.firstChunk();
      this.#scan(bytes);
    } catch (error) {
      this.#owner.fault(error);
    }
  }

  /** The app read the body in one piece, or what matters of it is in `bytes`. */
  whole(bytes: Uint8Array): void {
    if (this.settled) return;
    try {
      this.#scan(bytes);
    } catch (error) {
      this.#owner.fault(error);
    }
    this.complete();
  }

  /** The app parsed the body itself. */
  parsed(payload: unknown): void {
    this.#end("complete", () => (Array.isArray(payload) ? payload : [payload]));
  }

  complete(): void {
    this.#end("complete", () => this.seen());
  }

  fail(error: unknown): void {
    this.#end("failed", () => this.seen(), error);
  }

  /**
   * The app broke off, but the body is read on. Of no account when the app never began, or had all:
   * clients that are told the end by `[DONE]` don't wait for that of the body.
   */
  leave(): void {
    try {
      this.#appLeft = this.#scanner !== undefined && !this.#owner.saidAll(this.seen());
    } catch (error) {
      this.#owner.fault(error);
    }
  }

  /** This reader won't come back. The body is abandoned when it was the last. */
  abandon(): void {
    if (this.settled) return;
    this.#open.readers--;
    if (this.#open.readers === 0) this.#end("abandoned", () => this.seen());
    else this.#ended = true;
  }

  #scan(bytes: Uint8Array): void {
    this.#scanner ??= this.#owner.newScanner();
    this.#scanner.push(bytes);
  }

  #end(kind: BodyEnd["kind"], payloads: () => readonly unknown[], error?: unknown): void {
    if (this.settled) return;
    this.#ended = true;
    try {
      this.#owner.bodyEnded({ kind, payloads: payloads(), appLeft: this.#appLeft, error });
    } catch (fault) {
      this.#owner.fault(fault);
    }
  }
}
