/**
 * Shows our metrics on the app's own meter provider too, so that they go wherever it exports to.
 *
 * They are observed when that provider collects, which costs a call nothing. Histograms cannot be
 * observed; the conventions' `gen_ai.client.operation.duration` is there instead.
 */
import {
  metrics,
  type BatchObservableCallback,
  type Meter,
  type MeterProvider,
  type Observable,
} from "@opentelemetry/api";

import { SCOPE_NAME } from "../semconv/names.ts";
import { OWN_METRICS } from "./catalogue.ts";
import { isHistogram, type MetricSource } from "./family.ts";

export class MeterBridge {
  readonly #source: MetricSource;
  #provider: MeterProvider | undefined;
  #detach: () => void = () => {};

  constructor(source: MetricSource) {
    this.#source = source;
  }

  /** Attaches to the meter provider registered now, if it is another than before. Cheap to ask often. */
  follow(): void {
    const provider = metrics.getMeterProvider();
    if (provider === this.#provider) return;
    this.close();
    this.#provider = provider;
    this.#detach = attach(provider.getMeter(SCOPE_NAME), this.#source);
  }

  /** Stops showing them there. */
  close(): void {
    this.#detach();
    this.#detach = () => {};
    this.#provider = undefined;
  }
}

function attach(meter: Meter, source: MetricSource): () => void {
  const instruments = new Map<string, Observable>();
  for (const { kind, name, help, unit } of OWN_METRICS) {
    const options = { description: help, unit };
    if (kind === "counter") instruments.set(name, meter.createObservableCounter(name, options));
    if (kind === "gauge") instruments.set(name, meter.createObservableGauge(name, options));
  }
  const observe: BatchObservableCallback = (result) => {
    for (const family of source()) {
      const instrument = instruments.get(family.spec.name);
      if (instrument === undefined || isHistogram(family)) continue;
      for (const { labels, value } of family.points) result.observe(instrument, value, labels);
    }
  };
  const observed = [...instruments.values()];
  meter.addBatchObservableCallback(observe, observed);
  return () => meter.removeBatchObservableCallback(observe, observed);
}
