/**
 * Bodies that nobody is reading: never begun, or left by a reader that let go (`@google/genai`
 * does, when the app breaks out of a stream). After a grace they are read to their end.
 */
import type { Clock } from "../base/clock.ts";

export interface UnattendedBody {
  /** Reads on by itself. */
  readAhead(): void;
  /** Reports what was seen so far. */
  abandon(): void;
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
  #timer: NodeJS.Timeout | undefined;

  constructor({ clock, graceMs }: UnattendedOptions) {
    this.#clock = clock;
    this.#graceMs = graceMs;
  }

  add(body: UnattendedBody): void {
    this.#sinceMs.set(body, this.#clock.monotonicMs());
    // One timer for all, and none when all is read: a timer a call would cost more than the call.
    this.#timer ??= setInterval(() => this.#sweep(), Math.max(1, this.#graceMs / 2)).unref();
  }

  remove(body: UnattendedBody): void {
    this.#sinceMs.delete(body);
  }

  /** All of them, which are then no longer looked after here. */
  takeAll(): readonly UnattendedBody[] {
    const bodies = [...this.#sinceMs.keys()];
    this.#sinceMs.clear();
    this.#sweep();
    return bodies;
  }

  #sweep(): void {
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
