/** One record, many sinks: the fan-out that never throws into the call it is about. */
import type { Logger } from "../base/logger.ts";
import type { UsageRecord } from "./record.ts";

export interface RecordSink {
  /** For log lines: `ledger`, `metrics`. */
  readonly name: string;
  /** Returns at once: a sink queues, it does not wait. */
  accept(record: UsageRecord): void;
}

export class Recorder {
  readonly #sinks: readonly RecordSink[];
  readonly #logger: Logger;

  constructor(sinks: readonly RecordSink[], logger: Logger) {
    this.#sinks = sinks;
    this.#logger = logger;
  }

  /** Hands a finished record to every sink. */
  record(record: UsageRecord): void {
    for (const sink of this.#sinks) {
      try {
        sink.accept(record);
      } catch (error) {
        this.#logger.warn(`Sink "${sink.name}" failed to take a usage record`, error);
      }
    }
  }
}
