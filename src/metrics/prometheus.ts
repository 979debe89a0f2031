/**
 * The Prometheus exposition of our metrics, in text format 0.0.4, by OpenTelemetry's own serialiser.
 *
 * The families go to it as OpenTelemetry metric data. There is no meter provider between, which would
 * bound the series a second time, hash every label at every scrape, and add doubles (see totals.ts).
 */
import type { MetricData } from "@opentelemetry/sdk-metrics";

import type { Logger } from "../base/logger.ts";
import { SCOPE_NAME } from "../semconv/names.ts";
import type { MetricFamily, MetricSource } from "./family.ts";

export const PROMETHEUS_CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

export interface PrometheusParts {
  /** A source that throws is left out of the scrape, and the others stand. */
  readonly sources: readonly MetricSource[];
  readonly logger: Logger;
}

/**
 * Makes the function that answers a scrape. Its first call loads `@opentelemetry/exporter-prometheus`,
 * which takes a moment, so a server does well to call it once before it listens. It rejects when that
 * package is not installed.
 */
export function createPrometheusText({ sources, logger }: PrometheusParts): () => Promise<string> {
  let loading: Promise<Serialise> | undefined;
  return async () => {
    loading ??= loadSerialiser();
    const serialise = await loading;
    return serialise(sources.flatMap((source) => readSafely(source, logger)));
  };
}

type Serialise = (families: readonly MetricFamily[]) => string;

/** What the serialiser reads of its argument; the same in SDK 2.x and 3.x. */
interface Collected {
  readonly resource: { readonly attributes: object };
  readonly scopeMetrics: readonly {
    readonly scope: { readonly name: string };
    readonly metrics: readonly MetricData[];
  }[];
}

async function loadSerialiser(): Promise<Serialise> {
  const [{ PrometheusSerializer }, { metricDataOf }] = await Promise.all([
    import("@opentelemetry/exporter-prometheus"),
    import("./metric-data.ts"),
  ]);
  const withTimestamps = false;
  const withoutTargetInfo = true;
  const withoutScopeInfo = true;
  const serializer: { serialize(collected: Collected): string } = new PrometheusSerializer(
    undefined,
    withTimestamps,
    undefined,
    withoutTargetInfo,
    withoutScopeInfo,
  );
  return (families) => {
    const metrics = families.filter(({ points }) => points.length > 0).map(metricDataOf);
    return serializer.serialize({
      resource: { attributes: {} },
      scopeMetrics: [{ scope: { name: SCOPE_NAME }, metrics }],
    });
  };
}

function readSafely(source: MetricSource, logger: Logger): readonly MetricFamily[] {
  try {
    return source();
  } catch (error) {
    logger.warn("Some metrics could not be read, and are missing from this scrape", error);
    return [];
  }
}
