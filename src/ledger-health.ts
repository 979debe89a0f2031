/** The state of the ledger, as metrics count it and as `/healthz` shows it. */
import type { LedgerWriter } from "./ledger/writer.ts";
import type { PipelineHealth } from "./metrics/pipeline-health.ts";

export function pipelineHealth(ledger: LedgerWriter): PipelineHealth {
  const { pending, oldestPendingAtMs, dropped, deadLetters, written } = ledger.state();
  return {
    pendingRecords: pending,
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
