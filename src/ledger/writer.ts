/**
 * Moves records from the backlog into Postgres: one loop, one statement at a time, behind the app.
 *
 * A batch is written when it is full or when its oldest row has waited for `flushIntervalMs`. While
 * Postgres is away, rows wait; a row that Postgres will never take becomes a dead letter, and the
 * others go on without it. Writing a row twice stores it once, so a batch whose end was not seen is
 * simply written again.
 */
import { setImmediate as nextTurn } from "node:timers/promises";

import type { Clock } from "../base/clock.ts";
import { throttled } from "../base/logger.ts";
import type { Logger } from "../base/logger.ts";
import { untraced } from "../base/untraced.ts";
import type { UsageRecord } from "../usage/record.ts";
import type { RecordSink } from "../usage/recorder.ts";
import type { Backlog } from "./backlog.ts";
import { refusalOf, refusalText } from "./dead-letter.ts";
import type { DeadLetterBox } from "./dead-letter-box.ts";
import { failureKind } from "./failure.ts";
import type { FlushOptions, FlushResult } from "./flush.ts";
import { Outage } from "./outage.ts";
import type { RowStore } from "./row-store.ts";

export interface LedgerWriterParts {
  readonly backlog: Backlog;
  readonly store: RowStore;
  /** For rows that Postgres refuses for what is in them. Undefined: they are counted, and lost. */
  readonly deadLetters: DeadLetterBox | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  /** At least 0, less than 1. */
  readonly random: () => number;
}

export interface LedgerWriterOptions {
  /**
   * Rows in one statement. More are faster to write, but hold the event loop longer: 250 for 0.15
   * ms, and 0.4 ms where no other thread writes them.
   * @defaultValue `250`
   */
  readonly maxBatchRows?: number;
  /**
   * Likewise while so many wait that the ledger is far behind: fewer commits, and fewer changes to one
   * sum, count for more then.
   * @defaultValue `5_000`, as far as one file of the journal has them
   */
  readonly catchUpBatchRows?: number;
  /**
   * Longest time a row waits for its batch to fill, in milliseconds.
   * @defaultValue `1_000`
   */
  readonly flushIntervalMs?: number;
}

/** Rows, counted since the writer was made, but for those that wait now. */
export interface LedgerState {
  readonly written: number;
  readonly pending: number;
  /** Refused for want of room, or because the writer was closed; or damaged while they waited. */
  readonly dropped: number;
  /** Refused by Postgres for what is in them. */
  readonly deadLetters: number;
  /** What those that wait take on the disk. */
  readonly bytes: number;
  /** When the call of the oldest row that waits ended, in ms since the Unix epoch. */
  readonly oldestPendingAtMs: number | undefined;
  /** Why nothing can be written now. */
  readonly lastError: string | undefined;
}

const LOG_EVERY_MS = 60_000;
/** Rows that wait: seconds of a busy app's calls. */
const FAR_BEHIND_ROWS = 10_000;

export class LedgerWriter implements RecordSink {
  readonly name = "ledger";
  readonly #backlog: Backlog;
  readonly #store: RowStore;
  readonly #deadLetterBox: DeadLetterBox | undefined;
  readonly #logger: Logger;
  readonly #maxBatchRows: number;
  readonly #catchUpBatchRows: number;
  readonly #flushIntervalMs: number;
  readonly #outage: Outage;
  readonly #closed = new AbortController();
  #written = 0;
  #dropped = 0;
  #deadLetters = 0;
  #timer: NodeJS.Timeout | undefined;
  #draining = false;
  /** How many callers of `flush` wait: while any does, batches need not be full. */
  #flushing = 0;
  /** Ends the pause after a failure. */
  #wake: () => void = () => undefined;
  /** Resolved, and made anew, whenever the loop got somewhere, or met a failure. */
  #progress = Promise.withResolvers<void>();
  #closing: Promise<FlushResult> | undefined;

  constructor(parts: LedgerWriterParts, options: LedgerWriterOptions = {}) {
    this.#backlog = parts.backlog;
    this.#store = parts.store;
    this.#deadLetterBox = parts.deadLetters;
    this.#logger = throttled(parts.logger, LOG_EVERY_MS, () => parts.clock.monotonicMs());
    this.#outage = new Outage(this.#logger, parts.random);
    this.#maxBatchRows = options.maxBatchRows ?? 250;
    this.#catchUpBatchRows = options.catchUpBatchRows ?? 5_000;
    this.#flushIntervalMs = options.flushIntervalMs ?? 1_000;
  }

  begin(record: UsageRecord): void {
    if (!this.#closed.signal.aborted) this.#backlog.begin(record);
  }

  accept(record: UsageRecord): void {
    if (this.#closed.signal.aborted || !this.#backlog.add(record)) {
      this.#dropped += 1;
      this.#logger.warn("Usage records are lost: the ledger has no room left, or was closed");
    } else this.resume();
  }

  /** Sees to rows that came into the backlog by another way than `accept`. */
  resume(): void {
    if (!this.#draining && !this.#closed.signal.aborted) this.#schedule();
  }

  state(): LedgerState {
    return {
      written: this.#written,
      pending: this.#backlog.pending,
      dropped: this.#dropped + this.#backlog.lost,
      deadLetters: this.#deadLetters,
      bytes: this.#backlog.bytes,
      oldestPendingAtMs: this.#backlog.oldestPendingAtMs,
      lastError: this.#outage.lastError,
    };
  }

  /**
   * Writes all that waits, and resolves when that is done, or `timeoutMs` have passed, or Postgres
   * refuses in a way that waiting does not cure. Never rejects.
   */
  async flush({ timeoutMs }: FlushOptions): Promise<FlushResult> {
    // This timer may keep the process alive: whoever flushes wants the rows written first.
    const deadline = Promise.withResolvers<void>();
    let expired = false;
    const timer = setTimeout(() => {
      expired = true;
      deadline.resolve();
    }, timeoutMs);
    this.#flushing += 1;
    this.#outage.hurry();
    this.#wake();
    this.#startDraining();
    while (this.#backlog.pending > 0 && !expired && !this.#isHopeless()) {
      await Promise.race([this.#progress.promise, deadline.promise]);
    }
    this.#flushing -= 1;
    clearTimeout(timer);
    const { written, pending: remaining, dropped, deadLetters } = this.state();
    return { written, remaining, dropped, deadLetters };
  }

  /** Flushes, then stops for good and cuts what is under way. Always the promise of the first call. */
  close(options: FlushOptions): Promise<FlushResult> {
    this.#closing ??= this.flush(options).finally(() => {
      this.#closed.abort();
      clearTimeout(this.#timer);
      this.#wake();
    });
    return this.#closing;
  }

  #isHopeless(): boolean {
    return this.#closed.signal.aborted || this.#outage.needsSomebody;
  }

  #schedule(): void {
    if (this.#backlog.pending >= this.#maxBatchRows) {
      this.#startDraining();
    } else {
      // Outside the call that happened to come first: a timer remembers the context it is made in.
      this.#timer ??= untraced(() =>
        setTimeout(() => this.#startDraining(), this.#flushIntervalMs).unref(),
      );
    }
  }

  #startDraining(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#draining || this.#closed.signal.aborted) return;
    this.#draining = true;
    void untraced(() => this.#drain());
  }

  /** Never rejects. */
  async #drain(): Promise<void> {
    do {
      // Rows are turned into text after the call that completed the batch, not during it.
      await nextTurn(undefined, { ref: this.#flushing > 0 });
      await this.#writeBatch();
      this.#announceProgress();
    } while (this.#mustGoOn());
    this.#draining = false;
    if (this.#backlog.pending > 0 && !this.#closed.signal.aborted) this.#schedule();
  }

  #mustGoOn(): boolean {
    if (this.#closed.signal.aborted) return false;
    const hurried = this.#flushing > 0 || this.#outage.lastError !== undefined;
    return this.#backlog.pending >= (hurried ? 1 : this.#maxBatchRows);
  }

  async #writeBatch(): Promise<void> {
    try {
      const isFarBehind = this.#backlog.pending >= FAR_BEHIND_ROWS;
      const maxRows = isFarBehind ? this.#catchUpBatchRows : this.#maxBatchRows;
      const lines = await this.#backlog.oldest(maxRows);
      if (lines.length > 0) await this.#write(lines);
      this.#outage.over();
    } catch (error) {
      if (this.#closed.signal.aborted) return;
      const delayMs = this.#outage.failed(error);
      this.#announceProgress();
      await this.#pause(delayMs);
    }
  }

  #announceProgress(): void {
    this.#progress.resolve();
    this.#progress = Promise.withResolvers();
  }

  /** Stores the oldest lines; halves them, again and again, to find those that Postgres won't take. */
  async #write(lines: readonly string[]): Promise<void> {
    try {
      await this.#store.insert(lines, this.#closed.signal);
      this.#written += lines.length;
    } catch (error) {
      if (failureKind(error) !== "data") throw error;
      if (lines.length > 1) {
        const middle = lines.length >> 1;
        await this.#write(lines.slice(0, middle));
        await this.#write(lines.slice(middle));
        return;
      }
      for (const line of lines) await this.#putAside(line, error);
    }
    // Piece by piece, from the oldest: what is settled stays so if the next piece fails.
    await this.#backlog.acknowledge(lines.length);
  }

  /** Never rejects. */
  async #putAside(line: string, error: unknown): Promise<void> {
    this.#deadLetters += 1;
    const refusal = refusalOf(error);
    // Neither the row nor Postgres's message, which quotes it.
    const fault = `Postgres refuses a usage record for what is in it (${refusalText(refusal)})`;
    const box = this.#deadLetterBox;
    if (box === undefined) return this.#logger.warn(`${fault}: it is lost`);
    try {
      await box.put(line, refusal);
      this.#logger.warn(`${fault}: it waits in ${box.directory} for \`spendspan replay\``);
    } catch (cause) {
      this.#logger.warn(`${fault}: it is lost, since ${box.directory} doesn't take it`, cause);
    }
  }

  #pause(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms).unref();
    this.#wake = () => {
      clearTimeout(timer);
      resolve();
    };
    return promise;
  }
}
