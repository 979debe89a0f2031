/** The OpenTelemetry SDK of an app that exports nothing: what remains is the cost of recording. */
import { MetricReader } from "@opentelemetry/sdk-metrics";
import { NodeSDK } from "@opentelemetry/sdk-node";
import { NoopSpanProcessor, type SpanProcessor } from "@opentelemetry/sdk-trace";

/** Collects when it is asked, which is never. */
class ManualReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

/** The same for every variant. */
export function startOpenTelemetry(processors: readonly SpanProcessor[] = []): void {
  new NodeSDK({
    spanProcessors: [...processors, new NoopSpanProcessor()],
    metricReaders: [new ManualReader()],
    logRecordProcessors: [],
    autoDetectResources: false,
  }).start();
}
