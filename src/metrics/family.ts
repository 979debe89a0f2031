/**
 * A metric family: one metric with all of its series, as they stand now.
 *
 * It is what every source of metrics gives and both ways out take: the Prometheus exposition and the
 * app's own meter provider. Values are doubles only from here on; behind it money is exact.
 */
import type { HistogramSpec, NumberSpec } from "../semconv/metric.ts";

export interface NumberPoint {
  readonly labels: Labels;
  readonly value: number;
}

export interface HistogramPoint {
  readonly labels: Labels;
  /** One count a bucket, not cumulated, and a last one for what is above them all. */
  readonly counts: readonly number[];
  readonly count: number;
  readonly sum: number;
}

export type Labels = Readonly<Record<string, string>>;

export interface NumberFamily {
  readonly spec: NumberSpec;
  readonly points: readonly NumberPoint[];
}

export interface HistogramFamily {
  readonly spec: HistogramSpec;
  readonly points: readonly HistogramPoint[];
}

export type MetricFamily = NumberFamily | HistogramFamily;

/** Reads the families of one part of spendspan. Asked at every scrape, so it must be quick. */
export type MetricSource = () => readonly MetricFamily[];

export function isHistogram(family: MetricFamily): family is HistogramFamily {
  return family.spec.kind === "histogram";
}
