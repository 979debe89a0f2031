/**
 * The floor: what a careful engineer writes around a call with OpenTelemetry's own API. One span,
 * four metric records, and nothing that outlives the process.
 */
import type { GenerateContentResponse, GenerateContentResponseUsageMetadata } from "@google/genai";
import { context, metrics, type Span, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";

import { type Calls, readToEnd } from "../calls.ts";
import type { Variant } from "../variant.ts";
import { startOpenTelemetry } from "./open-telemetry.ts";

const MODEL = "gemini-2.5-flash";
const USD_PER_INPUT_TOKEN = 0.3e-6;
const USD_PER_OUTPUT_TOKEN = 2.5e-6;
const LABELS = { provider: "google_ai", endpoint: "chat", model: MODEL, brand: "acme" };

export function byHand(calls: Calls): Variant {
  startOpenTelemetry();
  const record = recorder();
  const tracer = trace.getTracer("bench");
  const startSpan = () =>
    tracer.startSpan(`generate_content ${MODEL}`, {
      kind: SpanKind.CLIENT,
      attributes: {
        "gen_ai.operation.name": "generate_content",
        "gen_ai.provider.name": "gcp.gemini",
        "gen_ai.request.model": MODEL,
        "server.address": "generativelanguage.googleapis.com",
        "app.endpoint": "chat",
        "app.brand": "acme",
      },
    });

  async function unary(): Promise<GenerateContentResponse> {
    const span = startSpan();
    const startedAtMs = performance.now();
    try {
      const answer = await context.with(trace.setSpan(context.active(), span), () => calls.unary());
      record(span, answer, startedAtMs);
      return answer;
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  }

  async function* stream(): AsyncGenerator<GenerateContentResponse> {
    const span = startSpan();
    const startedAtMs = performance.now();
    let last: GenerateContentResponse | undefined;
    try {
      const chunks = await context.with(trace.setSpan(context.active(), span), () =>
        calls.stream(),
      );
      for await (const chunk of chunks) {
        last = chunk;
        yield chunk;
      }
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      if (last !== undefined) record(span, last, startedAtMs);
      span.end();
    }
  }

  return { unary, stream: () => readToEnd(stream()), settle: async () => {} };
}

type Record = (span: Span, answer: GenerateContentResponse, startedAtMs: number) => void;

function recorder(): Record {
  const meter = metrics.getMeter("bench");
  const tokens = meter.createCounter("llm_tokens_total");
  const cost = meter.createCounter("llm_cost_usd_total");
  const duration = meter.createHistogram("llm_duration_seconds");
  return (span, answer, startedAtMs) => {
    const { input, output } = tokensIn(answer.usageMetadata);
    const costUsd = input * USD_PER_INPUT_TOKEN + output * USD_PER_OUTPUT_TOKEN;
    span.setAttributes({
      "gen_ai.response.id": answer.responseId ?? "",
      "gen_ai.response.model": answer.modelVersion ?? MODEL,
      "gen_ai.usage.input_tokens": input,
      "gen_ai.usage.output_tokens": output,
      "app.status": "success",
      "app.cost_usd": costUsd,
    });
    const labels = { ...LABELS, status: "success" };
    tokens.add(input, { ...labels, kind: "input" });
    tokens.add(output, { ...labels, kind: "output" });
    cost.add(costUsd, labels);
    duration.record((performance.now() - startedAtMs) / 1_000, labels);
  };
}

function tokensIn(usage: GenerateContentResponseUsageMetadata | undefined) {
  return {
    input: usage?.promptTokenCount ?? 0,
    output: (usage?.candidatesTokenCount ?? 0) + (usage?.thoughtsTokenCount ?? 0),
  };
}
