/**
 * Keeps the journal of this process writable: makes it when it is first needed, and anew when its
 * directory was taken away; and while no file can be written, says so, and tries again.
 */
import { resolve } from "node:path";

import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import { type CallsUnderWay, Journal } from "./journal.ts";
import { JournalHome } from "./journal-home.ts";
import type { OnLost, SegmentQueue } from "./segment-queue.ts";

export interface JournalKeeperParts {
  /** Made with the journal. Any number of processes may share it. */
  readonly directory: string;
  readonly segmentBytes: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onLost: OnLost;
}

/** After a failure, until the next attempt. */
const RETRY_AFTER_MS = 5_000;

export class JournalKeeper {
  readonly #parts: JournalKeeperParts;
  /** Absolute: the app may change its working directory. */
  readonly #directory: string;
  #journal: Journal | undefined;
  /** Journals of this process that others deleted, or took for those of a dead one. */
  #former: Journal[] = [];
  readonly #underWay = new Map<string, string>();
  /** Set while nothing can be written: by the clock that never steps. */
  #retryAtMs: number | undefined;
  #closed = false;

  constructor(parts: JournalKeeperParts) {
    this.#parts = parts;
    this.#directory = resolve(parts.directory);
  }

  get directory(): string {
    return this.#directory;
  }

  /** Undefined until something was written. */
  get home(): string | undefined {
    return this.#journal?.home.path;
  }

  get underWay(): CallsUnderWay {
    return this.#journal?.underWay ?? this.#underWay;
  }

  get rows(): readonly SegmentQueue[] {
    return this.#journals().map(({ rows }) => rows);
  }

  /** Rows in files that others deleted. */
  get pendingInDeleted(): number {
    const deleted = this.#journals().filter(({ isDeleted }) => isDeleted);
    return deleted.reduce((sum, { rows }) => sum + rows.pending, 0);
  }

  /** Does `work` with the journal. False when it can't be written now. */
  write(work: (journal: Journal) => void): boolean {
    try {
      const journal = this.#writable();
      if (journal === undefined) return false;
      work(journal);
      this.#succeeded();
      return true;
    } catch (error) {
      this.#failed(error);
      return false;
    }
  }

  /** Of a call under way: its end was stored by another way than the journal. */
  forget(id: string): void {
    this.#journal?.forget(id);
    this.#underWay.delete(id);
  }

  /** Gives a sign of life, and finds out whether the journal is where it was. */
  async beat(): Promise<void> {
    const journal = this.#journal;
    if (journal === undefined || (await journal.home.beat(this.#parts.clock.now()))) return;
    this.#moveOut(journal);
  }

  /** Leaves what is not done with to whoever comes next. */
  close(): void {
    this.#closed = true;
    const journal = this.#journal;
    if (journal === undefined) return;
    this.#journal = undefined;
    journal.seal();
    if (journal.rows.pending > 0 || journal.underWay.size > 0) return journal.home.leave();
    journal.rows.clear();
    journal.home.remove();
  }

  #journals(): readonly Journal[] {
    return this.#journal === undefined ? this.#former : [...this.#former, this.#journal];
  }

  #writable(): Journal | undefined {
    const retryAtMs = this.#retryAtMs;
    const isTooEarly = retryAtMs !== undefined && this.#parts.clock.monotonicMs() < retryAtMs;
    if (this.#closed || isTooEarly) return undefined;
    if (this.#journal === undefined) this.#journal = this.#open();
    else if (retryAtMs !== undefined) this.#journal.renew(); // its file may be what is at fault
    return this.#journal;
  }

  #open(): Journal {
    const { segmentBytes, onLost } = this.#parts;
    const home = JournalHome.make(this.#directory);
    try {
      const journal: Journal = new Journal(
        {
          home,
          segmentBytes,
          onLost,
          onGone: () => this.#moveOut(journal),
          onFailed: (error) => this.#failed(error),
        },
        this.#underWay,
      );
      this.#underWay.clear();
      return journal;
    } catch (error) {
      home.remove();
      throw error;
    }
  }

  #moveOut(journal: Journal): void {
    if (this.#journal !== journal) return;
    this.#parts.logger.warn(
      `The journal's directory was taken away, and is made anew: ${journal.home.path}`,
    );
    journal.seal();
    journal.home.leave();
    this.#former = [...this.#former.filter(({ rows }) => rows.pending > 0), journal];
    for (const [id, row] of journal.underWay) this.#underWay.set(id, row);
    this.#journal = undefined;
  }

  #succeeded(): void {
    if (this.#retryAtMs === undefined) return;
    this.#retryAtMs = undefined;
    this.#parts.logger.info("The journal is written again");
  }

  #failed(error: unknown): void {
    const { clock, logger } = this.#parts;
    if (this.#retryAtMs === undefined) {
      logger.warn("The journal cannot be written, so usage rows wait in memory", error);
    }
    this.#retryAtMs = clock.monotonicMs() + RETRY_AFTER_MS;
  }
}
