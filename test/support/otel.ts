/** Real OpenTelemetry SDKs for one test: registered with the API, and unregistered after it. */
import { type Attributes, context, logs, metrics, propagation, trace } from "@opentelemetry/api";
import { MeterProvider, MetricReader } from "@opentelemetry/sdk-metrics";
import { NodeSDK } from "@opentelemetry/sdk-node";
import {
  InMemorySpanExporter,
  type ReadableSpan,
  type Sampler,
  SimpleSpanProcessor,
  type SpanProcessor,
} from "@opentelemetry/sdk-trace";

import type { CallSpanStart } from "../../src/semconv/attributes.ts";

export interface TestSdk {
  /** What the app's own exporter got. */
  readonly spans: () => readonly ReadableSpan[];
}

export interface TestSdkOptions {
  readonly sampler?: Sampler;
  /** Listed before the app's own exporter. */
  readonly processors?: readonly SpanProcessor[];
}

/** Runs `fn` in an app that has started a NodeSDK of its own. */
export async function withSdk<T>(
  { sampler, processors = [] }: TestSdkOptions,
  fn: (sdk: TestSdk) => T | Promise<T>,
): Promise<T> {
  const exporter = new InMemorySpanExporter();
  const sdk = new NodeSDK({
    ...(sampler === undefined ? {} : { sampler }),
    spanProcessors: [...processors, new SimpleSpanProcessor({ exporter })],
    metricReaders: [],
    logRecordProcessors: [],
    autoDetectResources: false,
  });
  sdk.start();
  try {
    return await fn({ spans: () => exporter.getFinishedSpans() });
  } finally {
    await sdk.shutdown();
    unregisterAll();
  }
}

/** Frees every global slot of the API. */
export function unregisterAll(): void {
  trace.disable();
  metrics.disable();
  logs.disable();
  context.disable();
  propagation.disable();
}

/** A reader that collects when it is asked to. */
export class OnDemandReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}

  /** The points of one metric; empty when it has none. */
  async read(name: string): Promise<readonly { attributes: Attributes; value: unknown }[]> {
    const { resourceMetrics } = await this.collect();
    return resourceMetrics.scopeMetrics
      .flatMap(({ metrics }) => metrics)
      .filter(({ descriptor }) => descriptor.name === name)
      .flatMap(({ dataPoints }) =>
        dataPoints.map(({ attributes, value }) => ({ attributes, value })),
      );
  }
}

/** Runs `fn` in an app that has registered a MeterProvider of its own. */
export async function withMeterProvider<T>(fn: (reader: OnDemandReader) => Promise<T>): Promise<T> {
  const reader = new OnDemandReader();
  const provider = new MeterProvider({ readers: [reader] });
  metrics.setGlobalMeterProvider(provider);
  try {
    return await fn(reader);
  } finally {
    metrics.disable();
    await provider.shutdown();
  }
}

export function aCallStart(overrides: Partial<CallSpanStart> = {}): CallSpanStart {
  return {
    genAiProvider: "gcp.gemini",
    genAiOperation: "generate_content",
    provider: "google_ai",
    operation: "generateContent",
    requestedModel: "gemini-2.5-flash",
    streaming: false,
    serverAddress: "generativelanguage.googleapis.com",
    serverPort: undefined,
    endpoint: "chat",
    brand: "acme",
    campaign: undefined,
    ...overrides,
  };
}
