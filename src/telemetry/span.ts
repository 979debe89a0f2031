/**
 * The span of one metered call: open while the request runs, so that HTTP spans nest under it.
 *
 * Whatever a sampler, a missing SDK or a broken one does to the span, the call runs as it would
 * without us and its record is delivered. All that we ask of OpenTelemetry goes through `quietly`.
 */
import {
  context,
  diag,
  isSpanContextValid,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
  type Span,
} from "@opentelemetry/api";

import {
  endAttributes,
  failureType,
  spanName,
  startAttributes,
  type CallSpanDetail,
  type CallSpanStart,
} from "../semconv/attributes.ts";
import { SCOPE_NAME } from "../semconv/names.ts";
import type { Delivery } from "../usage/delivery.ts";
import { recordClientMetrics } from "./client-metrics.ts";
import { attachDelivery } from "./span-processor.ts";

/** Opens the span of a call, under the span that is active here. Never throws. */
export function startCallSpan(start: CallSpanStart): CallSpan {
  return new CallSpan(
    start,
    quietly(() => openSpan(start)),
  );
}

export class CallSpan {
  /** 32 hex digits; `undefined` without an SDK, or where tracing is suppressed. */
  readonly traceId: string | undefined;
  /** 16 hex digits; `undefined` as above. */
  readonly spanId: string | undefined;
  /** Of the trace in which the app makes the call; `undefined` where it made none. */
  readonly parentTraceId: string | undefined;
  readonly #start: CallSpanStart;
  readonly #opened: OpenedSpan | undefined;

  constructor(start: CallSpanStart, opened: OpenedSpan | undefined) {
    this.#start = start;
    this.#opened = opened;
    this.traceId = opened?.ids?.traceId;
    this.spanId = opened?.ids?.spanId;
    this.parentTraceId = opened?.parentTraceId;
  }

  /** Runs `fn` with the span active. What `fn` returns or throws comes through unchanged. */
  run<T>(fn: () => T): T {
    const opened = this.#opened;
    if (opened === undefined) return fn();
    let outcome: Outcome<T> | undefined;
    quietly(() => context.with(opened.active, () => (outcome = outcomeOf(fn))));
    outcome ??= outcomeOf(fn);
    if ("thrown" in outcome) throw outcome.thrown;
    return outcome.value;
  }

  /**
   * Ends the span and sees to it that the record is delivered. To be called once.
   *
   * @param delivery `undefined` for a call that is known to be free and has no record.
   */
  end(delivery: Delivery | undefined, detail: CallSpanDetail = {}): void {
    const record = delivery?.record;
    quietly(() => {
      if (this.#opened !== undefined) closeSpan(this.#opened.span, delivery, detail);
    });
    quietly(() => {
      if (record !== undefined) recordClientMetrics(this.#start, record);
    });
    // Our processor has done it when the span was recorded by an SDK that lists it; then this is nothing.
    delivery?.deliver();
  }
}

interface OpenedSpan {
  readonly span: Span;
  /** The context in which the span is active. */
  readonly active: Context;
  readonly ids: { readonly traceId: string; readonly spanId: string } | undefined;
  readonly parentTraceId: string | undefined;
}

type Outcome<T> = { readonly value: T } | { readonly thrown: unknown };

function openSpan(start: CallSpanStart): OpenedSpan {
  const parent = context.active();
  // A tracer taken before the app registers its SDK can stay silent for ever, so it is asked for anew.
  const span = trace
    .getTracer(SCOPE_NAME)
    .startSpan(
      spanName(start),
      { kind: SpanKind.CLIENT, attributes: startAttributes(start) },
      parent,
    );
  const spanContext = span.spanContext();
  return {
    span,
    active: trace.setSpan(parent, span),
    ids: isSpanContextValid(spanContext) ? spanContext : undefined,
    parentTraceId: trace.getSpanContext(parent)?.traceId,
  };
}

function closeSpan(span: Span, delivery: Delivery | undefined, detail: CallSpanDetail): void {
  if (span.isRecording()) {
    span.setAttributes(endAttributes(delivery?.record, detail));
    if (failureType(delivery?.record, detail) !== undefined) {
      span.setStatus({ code: SpanStatusCode.ERROR });
    }
    if (delivery !== undefined) attachDelivery(span, delivery);
  }
  span.end();
}

function outcomeOf<T>(fn: () => T): Outcome<T> {
  try {
    return { value: fn() };
  } catch (thrown) {
    return { thrown };
  }
}

/** Keeps whatever OpenTelemetry throws from the app's call. */
function quietly<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    diag.warn("spendspan: OpenTelemetry failed in a metered call", error);
    return undefined;
  }
}
