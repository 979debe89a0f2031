/** Builds a ledger writer over a pool, with what a test names in place of the usual parts. */
import type { Pool } from "pg";

import { systemClock } from "../../src/base/clock.ts";
import { MemoryQueue } from "../../src/ledger/queue.ts";
import { ConnectionStore, type RowStore } from "../../src/ledger/row-store.ts";
import { LedgerWriter } from "../../src/ledger/writer.ts";
import type { LedgerWriterOptions, LedgerWriterParts } from "../../src/ledger/writer.ts";
import { KeptLogger } from "./logger.ts";

interface TestParts extends Partial<Omit<LedgerWriterParts, "store">> {
  /** Asked before each statement. */
  readonly connect?: () => Promise<Pool>;
}

/** @param target Where its rows go: a pool of this thread, or a store that writes in its own way. */
export function aWriter(
  target: Pool | RowStore,
  { connect, ...parts }: TestParts = {},
  options: LedgerWriterOptions = {},
): LedgerWriter {
  const store = "insert" in target ? target : new ConnectionStore(connect ?? (async () => target));
  return new LedgerWriter(
    {
      backlog: new MemoryQueue(),
      store,
      deadLetters: undefined,
      clock: systemClock,
      logger: new KeptLogger(),
      // Delays at their shortest.
      random: () => 0,
      ...parts,
    },
    options,
  );
}

export async function storedIds(pool: Pool): Promise<readonly string[]> {
  const { rows } = await pool.query<{ id: string }>("select id from api_usage order by id");
  return rows.map(({ id }) => id);
}
