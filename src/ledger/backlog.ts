/** Where accepted records wait until the database has them. */
import type { UsageRecord } from "../usage/record.ts";

/** Rows that come out in order, each once it was acknowledged. */
export interface RowSource {
  /** The lines (see row-line.ts) of the oldest records: the same ones until they are acknowledged. */
  oldest(maxRows: number): Promise<readonly string[]>;
  /** Forgets the oldest `rows` records: they are in the database, or never will be. */
  acknowledge(rows: number): Promise<void>;
  readonly pending: number;
  /** When the call of the oldest record ended, or a little earlier, in ms since the Unix epoch. */
  readonly oldestPendingAtMs: number | undefined;
}

export interface Backlog extends RowSource {
  /** Told of a call that is about to be made; `record` is what it stays if its end is never seen. */
  begin(record: UsageRecord): void;
  /** Takes a record, or returns false when there is no room for it. Returns at once. */
  add(record: UsageRecord): boolean;
  /** Records that were taken, and can't be read any more. */
  readonly lost: number;
  /** What it takes on the disk. */
  readonly bytes: number;
}
