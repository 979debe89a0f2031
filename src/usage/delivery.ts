/**
 * A finished record on its way to the recorder, delivered once whoever comes first.
 *
 * The span processor delivers what it finds on an ending span; when no processor of ours sees the
 * span (sampled out, no SDK, a foreign provider), the call delivers it itself.
 */
import type { Recorder } from "./recorder.ts";
import type { UsageRecord } from "./record.ts";

export class Delivery {
  readonly record: UsageRecord;
  readonly #recorder: Recorder;
  #delivered = false;

  constructor(record: UsageRecord, recorder: Recorder) {
    this.record = record;
    this.#recorder = recorder;
  }

  /** Hands the record over; every call after the first does nothing. */
  deliver(): void {
    if (this.#delivered) return;
    this.#delivered = true;
    this.#recorder.record(this.record);
  }
}
