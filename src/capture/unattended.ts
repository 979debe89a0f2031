/**
 * Bodies that nobody is reading: never begun, or left by a reader that let go (`@google/genai`
 * does, when the app breaks out of a stream). After a grace they are read to their end. One that an
 * app forgot with its reader still on it can't be read; it is given up when it is collected.
 */
import type { Clock } from "../base/clock.ts";

export interface Abandonable {
  /** Reports what was seen so far. */
  abandon(): void;
}

export interface UnattendedBody extends Abandonable {
  /** Reads on by itself. */
  readAhead(): void;
}

export interface UnattendedOptions {
  readonly clock: Clock;
  /** How long a body may lie before it is read on, in milliseconds. */
  readonly graceMs: number;
}

export class UnattendedBodies {
  readonly #clock: Clock;
  readonly #graceMs: number;
  /** In the order of their time: each waits equally long. */
  readonly #sinceMs = new Map<UnattendedBody, number>();
  /**
   * Bodies that the app took up since the last sweep, by their readings. Most end before the next one,
   * and are spared the collector, which would cost as much as ten of their chunks.
   */
  readonly #takenUp = new Map<Abandonable, object>();
  readonly #forgotten = new FinalizationRegistry<Abandonable>((reading) => reading.abandon());
  #timer: NodeJS.Timeout | undefined;

  constructor({ clock, graceMs }: UnattendedOptions) {
    this.#clock = clock;
    this.#graceMs = graceMs;
  }

  add(body: UnattendedBody): void {
    this.#sinceMs.set(body, this.#clock.monotonicMs());
    this.#sweepSoon();
  }

  remove(body: UnattendedBody): void {
    this.#sinceMs.delete(body);
  }

  /** Abandons `reading` when `body` is collected; `reading` must not keep it alive. */
  abandonWithBody(body: object, reading: Abandonable): void {
    this.#takenUp.set(reading, body);
    this.#sweepSoon();
  }

  /** The body came to its end. Costs less than leaving it to the collector. */
  release(reading: Abandonable): void {
    if (!this.#takenUp.delete(reading)) this.#forgotten.unregister(reading);
  }

  /** All of them, which are then no longer looked after here. */
  takeAll(): readonly UnattendedBody[] {
    const bodies = [...this.#sinceMs.keys()];
    this.#sinceMs.clear();
    this.#sweep();
    return bodies;
  }

  #sweepSoon(): void {
    // One timer for all, and none when all is read: a timer a call would cost more than the call.
    this.#timer ??= setInterval(() => this.#sweep(), Math.max(1, this.#graceMs / 2)).unref();
  }

  #sweep(): void {
    for (const [reading, body] of this.#takenUp) this.#forgotten.register(body, reading, reading);
    this.#takenUp.clear();
    const before = this.#clock.monotonicMs() - this.#graceMs;
    for (const [body, sinceMs] of this.#sinceMs) {
      if (sinceMs > before) break;
      this.#sinceMs.delete(body);
      body.readAhead();
    }
    if (this.#sinceMs.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
