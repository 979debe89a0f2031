/** Whether records reach the ledger, as metrics: handed in by whoever writes them. */
import {
  DEAD_LETTER,
  DROPPED,
  JOURNAL_BYTES,
  JOURNAL_RECORDS,
  OLDEST_PENDING,
  WRITTEN,
} from "./catalogue.ts";
import type { MetricFamily, NumberPoint } from "./family.ts";

export interface PipelineHealth {
  /** Records that are not yet in the database. */
  readonly pendingRecords: number;
  /** What the journal takes on the disk. */
  readonly journalBytes: number;
  /** When the oldest of them was made, in milliseconds since the Unix epoch; `undefined` without any. */
  readonly oldestPendingAtMs: number | undefined;
  readonly droppedRecords: number;
  readonly deadLetterRecords: number;
  readonly writtenRecords: number;
}

export function pipelineFamilies(health: PipelineHealth): readonly MetricFamily[] {
  const { oldestPendingAtMs } = health;
  return [
    { spec: JOURNAL_RECORDS, points: [only(health.pendingRecords)] },
    { spec: JOURNAL_BYTES, points: [only(health.journalBytes)] },
    {
      spec: OLDEST_PENDING,
      points: oldestPendingAtMs === undefined ? [] : [only(oldestPendingAtMs / 1_000)],
    },
    { spec: DROPPED, points: [only(health.droppedRecords)] },
    { spec: DEAD_LETTER, points: [only(health.deadLetterRecords)] },
    { spec: WRITTEN, points: [only(health.writtenRecords)] },
  ];
}

function only(value: number): NumberPoint {
  return { labels: {}, value };
}
