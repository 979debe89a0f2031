/**
 * The conventions' own metrics, `gen_ai.client.*`, on whatever meter provider the app has registered.
 *
 * An instrument made before the app registers its provider stays silent for ever, so the instruments
 * are kept together with the provider they are from, and made again when that changes.
 */
import {
  createNoopMeter,
  metrics,
  type Attributes,
  type Histogram,
  type Meter,
  type MeterProvider,
} from "@opentelemetry/api";

import { clientMetricAttributes, failureType, type CallSpanStart } from "../semconv/attributes.ts";
import {
  CLIENT_OPERATION_DURATION,
  CLIENT_TOKEN_USAGE,
  type HistogramSpec,
} from "../semconv/metric.ts";
import { ERROR_TYPE, GEN_AI_TOKEN_TYPE, SCOPE_NAME } from "../semconv/names.ts";
import type { UsageRecord } from "../usage/record.ts";
import { inputTokens, outputTokens } from "../usage/tokens.ts";

interface Instruments {
  readonly duration: Histogram;
  readonly tokens: Histogram;
}

let provider: MeterProvider | undefined;
let instruments: Instruments | undefined;

/** Counts a finished call to a generative model; costs next to nothing when nobody listens. */
export function recordClientMetrics(start: CallSpanStart, record: UsageRecord): void {
  if (start.genAiOperation === undefined) return;
  const current = currentInstruments();
  if (current === undefined) return;

  const attributes = clientMetricAttributes(start, record);
  const failure = failureType(record);
  current.duration.record(
    record.durationMs / 1_000,
    failure === undefined ? attributes : { ...attributes, [ERROR_TYPE]: failure },
  );
  if (record.tokens === undefined) return;
  current.tokens.record(inputTokens(record.tokens), ofType(attributes, "input"));
  current.tokens.record(outputTokens(record.tokens), ofType(attributes, "output"));
}

function ofType(attributes: Attributes, type: "input" | "output"): Attributes {
  return { ...attributes, [GEN_AI_TOKEN_TYPE]: type };
}

function currentInstruments(): Instruments | undefined {
  const registered = metrics.getMeterProvider();
  if (registered !== provider) {
    provider = registered;
    const meter = registered.getMeter(SCOPE_NAME);
    instruments = meter === createNoopMeter() ? undefined : createInstruments(meter);
  }
  return instruments;
}

function createInstruments(meter: Meter): Instruments {
  return {
    duration: createHistogram(meter, CLIENT_OPERATION_DURATION),
    tokens: createHistogram(meter, CLIENT_TOKEN_USAGE),
  };
}

function createHistogram(meter: Meter, spec: HistogramSpec): Histogram {
  return meter.createHistogram(spec.name, {
    description: spec.help,
    unit: spec.unit,
    advice: { explicitBucketBoundaries: [...spec.buckets] },
  });
}
