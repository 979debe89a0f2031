/** A meter over Gemini at one address, with a sink that tests can wait on. */
import { v7 } from "uuid";

import { systemClock } from "../../src/base/clock.ts";
import { type Fetch, meteredFetch } from "../../src/capture/fetch.ts";
import { Meter, type MeterOptions } from "../../src/capture/meter.ts";
import { ResourceDesk } from "../../src/capture/resource-desk.ts";
import { createGeminiProvider } from "../../src/providers/gemini/provider.ts";
import { geminiPriceBook } from "../../src/pricing/gemini-prices.ts";
import type { UsageRecord } from "../../src/usage/record.ts";
import { Recorder, type RecordSink } from "../../src/usage/recorder.ts";

/** Keeps every record, and hands them out in order to whoever waits. */
export class RecordQueue implements RecordSink {
  readonly name = "test";
  readonly all: UsageRecord[] = [];
  readonly #waiting: ((record: UsageRecord) => void)[] = [];
  #taken = 0;

  accept(record: UsageRecord): void {
    this.all.push(record);
    this.#handOut();
  }

  /** The next record that no call of `next` has had yet, as soon as it is there. */
  next(): Promise<UsageRecord> {
    const { promise, resolve } = Promise.withResolvers<UsageRecord>();
    this.#waiting.push(resolve);
    this.#handOut();
    return promise;
  }

  /** The next so many of them. */
  take(count: number): Promise<readonly UsageRecord[]> {
    return Promise.all(Array.from({ length: count }, () => this.next()));
  }

  #handOut(): void {
    while (this.#waiting.length > 0 && this.#taken < this.all.length) {
      this.#waiting.shift()!(this.all[this.#taken++]!);
    }
  }
}

export interface Metering {
  readonly fetch: Fetch;
  readonly records: RecordQueue;
  readonly meter: Meter;
  /** What the meter had to say of its own failures: to stay empty. */
  readonly faults: readonly unknown[];
}

export function metering(baseUrl: string, options: Partial<MeterOptions> = {}): Metering {
  const records = new RecordQueue();
  const faults: unknown[] = [];
  const logger = {
    info: () => {},
    warn: (message: string, cause?: unknown) => faults.push([message, cause]),
  };
  const recorder = new Recorder([records], logger);
  const meter = new Meter({
    providers: [createGeminiProvider({ baseUrls: [baseUrl], priceBook: geminiPriceBook() })],
    recorder,
    clock: systemClock,
    newId: v7,
    logger,
    strictBrand: false,
    fingerprintKey: undefined,
    unattendedGraceMs: 20,
    // Without a ledger: what this meter hasn't seen itself is recorded at once with what is known.
    resources: new ResourceDesk({
      recorder,
      logger,
      findEntries: async () => [],
      retryAfterMs: [],
    }),
    readAhead: { maxBytes: 8 * 1024 * 1024, maxMs: 10_000 },
    ...options,
  });
  return { fetch: meteredFetch(fetch, () => meter), records, meter, faults };
}
