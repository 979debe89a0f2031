/** A backlog in memory: bounded, first in, first out. What is in it when the process dies is lost. */
import type { UsageRecord } from "../usage/record.ts";
import type { Backlog } from "./backlog.ts";
import { lineOf } from "./row-line.ts";

/** About as many records as fit into 50 MB. */
const DEFAULT_MAX_RECORDS = 50_000;
/** Room at the front of the array is given back in pieces of this size, so that taking is cheap. */
const COMPACT_AFTER = 1_024;

export class MemoryQueue implements Backlog {
  readonly lost = 0;
  readonly bytes = 0;
  readonly #maxRecords: number;
  #records: UsageRecord[] = [];
  /** Index of the oldest record; what stands before it is done with. */
  #head = 0;

  constructor(maxRecords: number = DEFAULT_MAX_RECORDS) {
    this.#maxRecords = maxRecords;
  }

  get pending(): number {
    return this.#records.length - this.#head;
  }

  get oldestPendingAtMs(): number | undefined {
    const oldest = this.#records[this.#head];
    return oldest && oldest.startedAtMs + oldest.durationMs;
  }

  /** A call under way is not kept: its end comes, or nothing here is left. */
  begin(): void {}

  add(record: UsageRecord): boolean {
    if (this.pending >= this.#maxRecords) return false;
    this.#records.push(record);
    return true;
  }

  /** Turned into text here and not in `add`, which the app's call waits for. */
  async oldest(maxRows: number): Promise<readonly string[]> {
    return this.#records.slice(this.#head, this.#head + maxRows).map(lineOf);
  }

  async acknowledge(rows: number): Promise<void> {
    this.#head += Math.min(rows, this.pending);
    if (this.#head === this.#records.length || this.#head >= COMPACT_AFTER) {
      this.#records = this.#records.slice(this.#head);
      this.#head = 0;
    }
  }
}
