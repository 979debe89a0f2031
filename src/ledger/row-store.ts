/** Where the writer's rows go. */
import type { Pool } from "pg";

import { insertRows } from "./postgres.ts";

export interface RowStore {
  /**
   * Stores the rows of `lines` (see row-line.ts), all of them or, when it rejects, none. Waits while the
   * database is starting; without lines it does no more. After `signal` nobody waits for it.
   */
  insert(lines: readonly string[], signal: AbortSignal): Promise<void>;
}

/** Stores rows over connections of this thread. */
export class ConnectionStore implements RowStore {
  readonly #connect: () => Promise<Pool>;

  /** @param connect Asked before each statement, so it should remember its answer. */
  constructor(connect: () => Promise<Pool>) {
    this.#connect = connect;
  }

  async insert(lines: readonly string[], signal: AbortSignal): Promise<void> {
    const pool = await this.#connect();
    if (lines.length > 0) await insertRows(pool, lines, signal);
  }
}
