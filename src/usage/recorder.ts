/** One record, many sinks: the fan-out that never throws into the call it is about. */
import type { Logger } from "../base/logger.ts";
import type { UsageRecord } from "./record.ts";

export interface RecordSink {
  /** For log lines: `ledger`, `metrics`. */
  readonly name: string;
  /** Told of a call that is about to be made; `record` is what it stays if its end is never seen. */
  begin?(record: UsageRecord): void;
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

  /** Tells the sinks that ask for it of a call that is about to be made. */
  begin(record: UsageRecord): void {
    this.#tell((sink) => sink.begin?.(record));
  }

  /** Hands a finished record to every sink. */
  record(record: UsageRecord): void {
    this.#tell((sink) => sink.accept(record));
  }

  #tell(say: (sink: RecordSink) => void): void {
    for (const sink of this.#sinks) {
      try {
        say(sink);
      } catch (error) {
        this.#logger.warn(`Sink "${sink.name}" failed to take a usage record`, error);
      }
    }
  }
}
