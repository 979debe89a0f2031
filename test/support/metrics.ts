/** What tests of metrics share: the state of a pipeline, and labels that would spoil a page. */
import type { PipelineHealth } from "../../src/metrics/pipeline-health.ts";
import { NOON_MS } from "./record.ts";

export function aPipeline(overrides: Partial<PipelineHealth> = {}): PipelineHealth {
  return {
    pendingRecords: 3,
    journalBytes: 4_096,
    oldestPendingAtMs: NOON_MS,
    droppedRecords: 0,
    deadLetterRecords: 1,
    writtenRecords: 40,
    ...overrides,
  };
}

/** Values that the text format has to escape, cannot hold, or would print alike. */
export const ODD_LABELS: readonly string[] = [
  '"quoted"',
  "back\\slash",
  "new\nline",
  "nul\u0000",
  "ünïcödé 漢字",
  "\ud800",
  "\ud801",
  "",
];
