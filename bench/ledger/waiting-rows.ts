/** Rows that wait in a journal, and the writer that is about to move them into a ledger. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Pool } from "pg";

import { systemClock } from "../../src/base/clock.ts";
import { DurableBacklog } from "../../src/ledger/durable-backlog.ts";
import { ConnectionStore } from "../../src/ledger/row-store.ts";
import { LedgerWriter, type LedgerWriterOptions } from "../../src/ledger/writer.ts";
import type { UsageRecord } from "../../src/usage/record.ts";
import { quiet } from "./server.ts";

const PATIENCE_MS = 600_000;

export class WaitingRows implements AsyncDisposable {
  readonly #backlog: DurableBacklog;
  readonly #writer: LedgerWriter;
  readonly #directory: string;

  private constructor(pool: Pool, directory: string, options: LedgerWriterOptions) {
    this.#directory = directory;
    this.#backlog = journalIn(directory);
    this.#writer = new LedgerWriter(
      {
        backlog: this.#backlog,
        store: new ConnectionStore(async () => pool),
        deadLetters: undefined,
        clock: systemClock,
        logger: quiet,
        random: Math.random,
      },
      options,
    );
  }

  static async of(
    records: readonly UsageRecord[],
    pool: Pool,
    options: LedgerWriterOptions = {},
  ): Promise<WaitingRows> {
    const directory = await mkdtemp(join(tmpdir(), "spendspan-bench-"));
    const rows = new WaitingRows(pool, directory, options);
    // Without the start lines that they also have while they are few.
    for (const record of records) rows.#backlog.add(record);
    return rows;
  }

  /** Those that a process left when it ended. */
  static async leftIn(directory: string, pool: Pool): Promise<WaitingRows> {
    const rows = new WaitingRows(pool, directory, {});
    await rows.#backlog.start(() => undefined);
    return rows;
  }

  get pending(): number {
    return this.#backlog.pending;
  }

  /** @throws Error when some could not be written. */
  async write(): Promise<void> {
    const { remaining, dropped } = await this.#writer.flush({ timeoutMs: PATIENCE_MS });
    if (remaining + dropped > 0) throw new Error(`${remaining} rows remain, ${dropped} are lost`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer.close({ timeoutMs: 0 });
    this.#backlog.close();
    await rm(this.#directory, { recursive: true });
  }
}

/** Without a limit that a benchmark could come to. */
export function journalIn(directory: string): DurableBacklog {
  const parts = { clock: systemClock, logger: quiet };
  return new DurableBacklog(parts, { directory, maxBytes: 16e9, maxRowsInMemory: 0 });
}
