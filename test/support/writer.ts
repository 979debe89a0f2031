/** Builds a ledger writer over a pool, with what a test names in place of the usual parts. */
import type { Pool } from "pg";

import { systemClock } from "../../src/base/clock.ts";
import { MemoryQueue } from "../../src/ledger/queue.ts";
import { LedgerWriter } from "../../src/ledger/writer.ts";
import type { LedgerWriterOptions, LedgerWriterParts } from "../../src/ledger/writer.ts";
import { KeptLogger } from "./logger.ts";

export function aWriter(
  pool: Pool,
  parts: Partial<LedgerWriterParts> = {},
  options: LedgerWriterOptions = {},
): LedgerWriter {
  return new LedgerWriter(
    {
      backlog: new MemoryQueue(),
      connect: async () => pool,
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
