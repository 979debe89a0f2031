/** What it means to have the waiting rows written now: how long to wait, and what came of it. */

export interface FlushOptions {
  /** Whole milliseconds. */
  readonly timeoutMs: number;
}

/** Rows, counted since the start but for those that remain. */
export interface FlushResult {
  readonly written: number;
  /** Not written: time was up, or there is no database that would take them. */
  readonly remaining: number;
  /** Lost for want of room. */
  readonly dropped: number;
  /** Refused by Postgres for what is in them. */
  readonly deadLetters: number;
}
