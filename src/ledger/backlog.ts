/** Where accepted records wait until the database has them. */
import type { UsageRecord } from "../usage/record.ts";

export interface Backlog {
  /** Takes a record, or returns false when there is no room for it. Returns at once. */
  add(record: UsageRecord): boolean;
  /** The lines (see row.ts) of the oldest records: the same ones until they are acknowledged. */
  oldest(maxRows: number): Promise<readonly string[]>;
  /** Forgets the oldest `rows` records: they are in the database, or never will be. */
  acknowledge(rows: number): Promise<void>;
  readonly pending: number;
  /** When the call of the oldest record ended, in ms since the Unix epoch. */
  readonly oldestPendingAtMs: number | undefined;
}
