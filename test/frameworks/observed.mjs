/** What the apps do alike: their own OpenTelemetry, calls under a brand each, and a report. */
import { trace } from "@opentelemetry/api";
import { NodeSDK } from "@opentelemetry/sdk-node";
import { InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace";
import { init, withUsage } from "spendspan";

const exporter = new InMemorySpanExporter();

/** Starts the app's own OpenTelemetry, and then spendspan. */
export function start() {
  new NodeSDK({
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
    metricReaders: [],
    logRecordProcessors: [],
    autoDetectResources: false,
  }).start();
  init();
}

/** Makes all `calls` at once, and prints what an observer saw of them. */
export async function report(calls) {
  await trace.getTracer("app").startActiveSpan("app", async (span) => {
    const each = Object.entries(calls).map(([brand, call]) =>
      withUsage({ brand }, () => call(`How much is it? [[call:${brand}]]`)),
    );
    await Promise.all(each);
    span.end();
  });
  const spendspan = init();
  await spendspan.flush();
  const spans = exporter.getFinishedSpans().map((span) => ({
    scope: span.instrumentationScope.name,
    spanId: span.spanContext().spanId,
  }));
  console.log(JSON.stringify({ spans, page: await spendspan.metrics() }));
}
