/** The sink that counts: each record into the running totals. */
import type { UsageRecord } from "../usage/record.ts";
import type { RecordSink } from "../usage/recorder.ts";
import type { MeterBridge } from "./meter-bridge.ts";
import type { UsageTotals } from "./totals.ts";

export class MetricsSink implements RecordSink {
  readonly name = "metrics";
  readonly #totals: UsageTotals;
  readonly #bridge: MeterBridge;

  constructor(totals: UsageTotals, bridge: MeterBridge) {
    this.#totals = totals;
    this.#bridge = bridge;
  }

  accept(record: UsageRecord): void {
    this.#totals.add(record);
    // The app may register its meter provider at any time, and nobody tells us.
    this.#bridge.follow();
  }
}
