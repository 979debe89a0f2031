/** A metric as data, and the two metrics of the GenAI conventions that we record, as of v1.41. */
import {
  ERROR_TYPE,
  GEN_AI_OPERATION_NAME,
  GEN_AI_PROVIDER_NAME,
  GEN_AI_REQUEST_MODEL,
  GEN_AI_RESPONSE_MODEL,
  GEN_AI_TOKEN_TYPE,
  SERVER_ADDRESS,
  SERVER_PORT,
} from "./names.ts";

interface Spec {
  readonly name: string;
  /** In the notation of UCUM, as OpenTelemetry asks. */
  readonly unit: string;
  readonly help: string;
  /** Every label that the metric may carry. */
  readonly labels: readonly string[];
}

export interface NumberSpec extends Spec {
  readonly kind: "counter" | "gauge";
}

export interface HistogramSpec extends Spec {
  readonly kind: "histogram";
  /** Upper bounds, in the metric's unit. */
  readonly buckets: readonly number[];
}

export type MetricSpec = NumberSpec | HistogramSpec;

/** The bounds that the conventions prescribe for durations, in seconds. */
export const DURATION_BUCKETS: readonly number[] = [
  0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
];

const CLIENT_LABELS = [
  GEN_AI_OPERATION_NAME,
  GEN_AI_PROVIDER_NAME,
  GEN_AI_REQUEST_MODEL,
  GEN_AI_RESPONSE_MODEL,
  SERVER_ADDRESS,
  SERVER_PORT,
];

export const CLIENT_OPERATION_DURATION: HistogramSpec = {
  name: "gen_ai.client.operation.duration",
  kind: "histogram",
  unit: "s",
  help: "Duration of GenAI client operations.",
  labels: [...CLIENT_LABELS, ERROR_TYPE],
  buckets: DURATION_BUCKETS,
};

export const CLIENT_TOKEN_USAGE: HistogramSpec = {
  name: "gen_ai.client.token.usage",
  kind: "histogram",
  unit: "{token}",
  help: "Number of input and output tokens used by GenAI clients.",
  labels: [...CLIENT_LABELS, GEN_AI_TOKEN_TYPE],
  // Powers of four, as the conventions prescribe.
  buckets: [
    1, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216,
    67_108_864,
  ],
};
