/** The state of the ledger, as metrics count it, `/healthz` shows it, and the log tells it at the end. */
import type { Logger } from "./base/logger.ts";
import type { DurableBacklog } from "./ledger/durable-backlog.ts";
import type { FlushResult } from "./ledger/flush.ts";
import type { LedgerWriter } from "./ledger/writer.ts";
import type { PipelineHealth } from "./metrics/pipeline-health.ts";

export function pipelineHealth(ledger: LedgerWriter): PipelineHealth {
  const { pending, bytes, oldestPendingAtMs, dropped, deadLetters, written } = ledger.state();
  return {
    pendingRecords: pending,
    journalBytes: bytes,
    oldestPendingAtMs,
    droppedRecords: dropped,
    deadLetterRecords: deadLetters,
    writtenRecords: written,
  };
}

/** Open to all who reach the port: no reason of a failure, which may name a host. */
export function ledgerHealth(ledger: LedgerWriter): object {
  const { pending, dropped, deadLetters, written, lastError } = ledger.state();
  return { reachable: lastError === undefined, written, pending, dropped, deadLetters };
}

/** At the end of the process: rows that are not written, and whether they will be. */
export function sayWhatRemains(
  { remaining }: FlushResult,
  journal: DurableBacklog | undefined,
  logger: Logger,
): void {
  const kept = Math.min(remaining, journal?.pendingOnDisk ?? 0);
  if (kept > 0) logger.warn(`Usage rows wait in ${journal?.directory} for the next start: ${kept}`);
  const lost = remaining - kept;
  if (lost > 0) logger.warn(`Usage rows were not written in time, and are lost: ${lost}`);
}
