/**
 * Computes rows of the ledger again from what is stored of them, and posts the differences.
 *
 * A row once posted is never changed: what it should have cost is the sum of it and its adjustments.
 */
import type { Pool } from "pg";

import { inTransaction } from "../database/pool.ts";
import type { PriceBook } from "../pricing/price-book.ts";
import { BATCH_ROWS, postAdjustments, readBatch, type RowFilter, START } from "./ledger-batch.ts";
import type { LedgerRow, Place } from "./ledger-batch.ts";
import { repricedRow } from "./repriced-row.ts";
import { type RepricingReport, RepricingTally } from "./report.ts";

export interface RepricingOptions extends RowFilter {
  readonly book: PriceBook;
  /** Posts nothing. */
  readonly dryRun: boolean;
}

const TIMEOUT_MS = 60_000;

/**
 * Each batch has a transaction of its own, so a run that breaks off keeps what it posted, and the
 * next one does the rest. Nothing is held of rows that were done, but their sums.
 */
export async function reprice(pool: Pool, options: RepricingOptions): Promise<RepricingReport> {
  const tally = new RepricingTally(options);
  let place: Place | undefined = START;
  while (place !== undefined) {
    // oxlint-disable-next-line no-await-in-loop -- the next batch begins where this one ends
    const rows: readonly LedgerRow[] = await repriceBatch(pool, options, place, tally);
    place = rows.length < BATCH_ROWS ? undefined : rows.at(-1);
  }
  return tally.report();
}

async function repriceBatch(
  pool: Pool,
  { book, dryRun, ...filter }: RepricingOptions,
  after: Place,
  tally: RepricingTally,
): Promise<readonly LedgerRow[]> {
  const transaction = { timeoutMs: TIMEOUT_MS, readOnly: dryRun };
  return inTransaction(pool, transaction, async (client) => {
    const rows = await readBatch(client, filter, after);
    const adjustments = rows.flatMap((row) => {
      const repriced = repricedRow(row, book);
      tally.add(row, repriced);
      return typeof repriced === "string" ? [] : (repriced.adjustment ?? []);
    });
    if (!dryRun) tally.addPosted(await postAdjustments(client, adjustments));
    return rows;
  });
}
