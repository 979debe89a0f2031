/**
 * Metric families as OpenTelemetry metric data.
 *
 * Loaded with the exporter on the first scrape, since `@opentelemetry/sdk-metrics` takes a while to load.
 */
import { ValueType, type HrTime } from "@opentelemetry/api";
import {
  AggregationTemporality,
  DataPointType,
  type DataPoint,
  type MetricData,
} from "@opentelemetry/sdk-metrics";

import { isHistogram, type Labels, type MetricFamily } from "./family.ts";

/** Prometheus takes the time of the scrape; the text format carries none. */
const NO_TIME: HrTime = [0, 0];

export function metricDataOf(family: MetricFamily): MetricData {
  const { name, help, unit } = family.spec;
  const common = {
    descriptor: { name, description: help, unit, valueType: ValueType.DOUBLE },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
  };
  if (isHistogram(family)) {
    const boundaries = [...family.spec.buckets];
    const dataPoints = family.points.map(({ labels, counts, count, sum }) =>
      dataPoint(labels, { buckets: { boundaries, counts: [...counts] }, count, sum }),
    );
    return { ...common, dataPointType: DataPointType.HISTOGRAM, dataPoints };
  }
  const dataPoints = family.points.map(({ labels, value }) => dataPoint(labels, value));
  return family.spec.kind === "counter"
    ? { ...common, dataPointType: DataPointType.SUM, dataPoints, isMonotonic: true }
    : { ...common, dataPointType: DataPointType.GAUGE, dataPoints };
}

function dataPoint<Value>(labels: Labels, value: Value): DataPoint<Value> {
  return { startTime: NO_TIME, endTime: NO_TIME, attributes: labels, value };
}
