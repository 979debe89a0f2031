import {
  context,
  ProxyTracerProvider,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  TraceIdRatioBasedSampler,
} from "@opentelemetry/sdk-trace";
import { afterEach, describe, expect, test } from "vitest";

import { untraced } from "../../src/base/untraced.ts";
import { startCallSpan } from "../../src/telemetry/span.ts";
import { UsageSpanProcessor } from "../../src/telemetry/span-processor.ts";
import { Delivery } from "../../src/usage/delivery.ts";
import { Recorder } from "../../src/usage/recorder.ts";
import type { UsageRecord } from "../../src/usage/record.ts";
import { KeptLogger } from "../support/logger.ts";
import { aCallStart, unregisterAll, withSdk } from "../support/otel.ts";
import { aRecord } from "../support/record.ts";

afterEach(unregisterAll);

describe("a record is delivered exactly once", () => {
  const CALLS = 200;

  function makeCalls(): readonly string[] {
    const { recorder, records } = keptRecords();
    const made = Array.from({ length: CALLS }, () => aRecord());
    for (const record of made) {
      const span = startCallSpan(aCallStart());
      span.run(() => undefined);
      span.end(new Delivery(record, recorder));
    }
    expect(records.map(({ id }) => id)).toEqual(made.map(({ id }) => id));
    return records.map(({ id }) => id);
  }

  test("without any SDK", () => {
    expect(makeCalls()).toHaveLength(CALLS);
  });

  test("with an SDK that lists our processor", () =>
    withSdk({ processors: [new UsageSpanProcessor()] }, ({ spans }) => {
      expect(makeCalls()).toHaveLength(CALLS);
      expect(spans()).toHaveLength(CALLS);
    }));

  test("with an SDK that knows nothing of us", () =>
    withSdk({}, ({ spans }) => {
      expect(makeCalls()).toHaveLength(CALLS);
      expect(spans()).toHaveLength(CALLS);
    }));

  test("with a sampler that lets one call in ten through", () => {
    const sampler = new TraceIdRatioBasedSampler(0.1);
    return withSdk({ sampler, processors: [new UsageSpanProcessor()] }, ({ spans }) => {
      expect(makeCalls()).toHaveLength(CALLS);
      // Control: the sampler did drop most of them.
      expect(spans().length).toBeLessThan(CALLS / 2);
    });
  });

  test("with a sampler that lets nothing through", () =>
    withSdk(
      { sampler: new AlwaysOffSampler(), processors: [new UsageSpanProcessor()] },
      ({ spans }) => {
        expect(makeCalls()).toHaveLength(CALLS);
        expect(spans()).toEqual([]);
      },
    ));

  test("where tracing is suppressed", () =>
    withSdk({ processors: [new UsageSpanProcessor()] }, ({ spans }) => {
      expect(untraced(makeCalls)).toHaveLength(CALLS);
      expect(spans()).toEqual([]);
    }));

  test("with an SDK that throws at every turn", () => {
    trace.setGlobalTracerProvider(brokenProvider);
    expect(makeCalls()).toHaveLength(CALLS);
  });

  test("with a span processor before ours that throws", () => {
    const broken = {
      onStart: () => {},
      onEnd: () => {
        throw new Error("a processor of the app's is broken");
      },
      forceFlush: async () => {},
      shutdown: async () => {},
    };
    return withSdk({ processors: [broken, new UsageSpanProcessor()] }, () => {
      expect(makeCalls()).toHaveLength(CALLS);
    });
  });
});

test("the processor has delivered the record by the time the span has ended", () => {
  const { recorder, records } = keptRecords();
  const seen: number[] = [];
  const later = {
    onStart: () => {},
    onEnd: () => seen.push(records.length),
    forceFlush: async () => {},
    shutdown: async () => {},
  };
  return withSdk({ processors: [new UsageSpanProcessor(), later] }, () => {
    startCallSpan(aCallStart()).end(new Delivery(aRecord(), recorder));
    expect(seen).toEqual([1]);
  });
});

test("a span of the app's own passes through the processor untouched", () =>
  withSdk({ processors: [new UsageSpanProcessor()] }, ({ spans }) => {
    trace.getTracer("app").startSpan("checkout").end();
    expect(spans().map(({ name }) => name)).toEqual(["checkout"]);
  }));

test("the span is a client's, under the span that was active, and ends with what the record says", () =>
  withSdk({}, ({ spans }) => {
    const { recorder } = keptRecords();
    const parent = trace.getTracer("app").startSpan("checkout");
    const call = context.with(trace.setSpan(context.active(), parent), () =>
      startCallSpan(aCallStart({ campaign: "xmas" })),
    );
    call.end(new Delivery(aRecord({ user: "alice", campaign: "xmas" }), recorder), {
      responseId: "r-1",
      finishReasons: ["STOP"],
    });
    const span = spans()[0]!;
    expect(span.name).toBe("generate_content gemini-2.5-flash");
    expect(span.kind).toBe(SpanKind.CLIENT);
    expect(span.instrumentationScope.name).toBe("spendspan");
    expect(span.parentSpanContext?.spanId).toBe(parent.spanContext().spanId);
    expect({ traceId: call.traceId, spanId: call.spanId }).toEqual({
      traceId: parent.spanContext().traceId,
      spanId: span.spanContext().spanId,
    });
    expect(span.status).toEqual({ code: SpanStatusCode.UNSET });
    expect(span.attributes).toEqual({
      "gen_ai.operation.name": "generate_content",
      "gen_ai.provider.name": "gcp.gemini",
      "gen_ai.request.model": "gemini-2.5-flash",
      "server.address": "generativelanguage.googleapis.com",
      "spendspan.provider": "google_ai",
      "spendspan.endpoint": "chat",
      "spendspan.brand": "acme",
      "spendspan.campaign": "xmas",
      "gen_ai.response.id": "r-1",
      "gen_ai.response.finish_reasons": ["STOP"],
      "gen_ai.response.model": "gemini-2.5-flash",
      "gen_ai.usage.input_tokens": 1_000,
      "gen_ai.usage.output_tokens": 200,
      "http.response.status_code": 200,
      "spendspan.status": "success",
      "spendspan.price.status": "priced",
      "spendspan.cost.usd": 0.0008,
    });
  }));

test.each([
  ["error", SpanStatusCode.ERROR],
  ["timeout", SpanStatusCode.ERROR],
  ["cancelled", SpanStatusCode.UNSET],
  ["blocked", SpanStatusCode.UNSET],
] as const)(
  "a call that ended as %s has span status %i, and no text of its error",
  (status, code) =>
    withSdk({}, ({ spans }) => {
      const record = aRecord({ status, errorType: "SomeType", errorMessage: "what the app sent" });
      startCallSpan(aCallStart()).end(new Delivery(record, keptRecords().recorder));
      expect(spans()[0]!.status).toEqual({ code });
      expect(JSON.stringify(spans()[0]!.attributes)).not.toContain("what the app sent");
      expect(spans()[0]!.events).toEqual([]);
    }),
);

test("a free call that failed is a failed span without a record", () =>
  withSdk({ processors: [new UsageSpanProcessor()] }, ({ spans }) => {
    startCallSpan(aCallStart()).end(undefined, { errorType: "429" });
    expect(spans()[0]!.status).toEqual({ code: SpanStatusCode.ERROR });
    expect(spans()[0]!.attributes["error.type"]).toBe("429");
  }));

test("spans made while the call runs, also after an await, are its children", () =>
  withSdk({}, async ({ spans }) => {
    const call = startCallSpan(aCallStart());
    await call.run(async () => {
      await Promise.resolve();
      trace.getTracer("http").startSpan("POST").end();
    });
    call.end(undefined);
    expect(spans()[0]!.name).toBe("POST");
    expect(spans()[0]!.parentSpanContext?.spanId).toBe(call.spanId);
  }));

test("an unsampled call keeps its ids, for the ledger to find its trace by", () =>
  withSdk({ sampler: new AlwaysOffSampler() }, () => {
    const call = startCallSpan(aCallStart());
    expect(call.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(call.spanId).toMatch(/^[0-9a-f]{16}$/);
  }));

test("without an SDK, and where tracing is suppressed, there are no ids", async () => {
  const none = { traceId: undefined, spanId: undefined };
  expect(startCallSpan(aCallStart())).toMatchObject(none);
  await withSdk({}, () => {
    expect(untraced(() => startCallSpan(aCallStart()))).toMatchObject(none);
  });
});

test("an SDK registered after the first call is used by the next", async () => {
  startCallSpan(aCallStart()).end(undefined);
  await withSdk({ sampler: new AlwaysOnSampler() }, ({ spans }) => {
    startCallSpan(aCallStart()).end(undefined);
    expect(spans()).toHaveLength(1);
  });
});

describe.each([
  ["without an SDK", async (fn: () => void) => fn()],
  ["with an SDK", async (fn: () => void) => withSdk({}, fn)],
  ["with a context manager that throws", async (fn: () => void) => withBrokenContextManager(fn)],
])("what the app's request does comes through unchanged %s", (_name, within) => {
  test("its result, the very object", () =>
    within(() => {
      const result = {};
      let runs = 0;
      expect(startCallSpan(aCallStart()).run(() => (runs++, result))).toBe(result);
      expect(runs).toBe(1);
    }));

  test("its error, the very object", () =>
    within(() => {
      const error = new Error("the app's own");
      let runs = 0;
      const run = () =>
        startCallSpan(aCallStart()).run(() => {
          runs++;
          throw error;
        });
      expect(run).toThrow(error);
      expect(runs).toBe(1);
    }));
});

const brokenProvider = new ProxyTracerProvider();
brokenProvider.getTracer = () => {
  throw new Error("the SDK is broken");
};

async function withBrokenContextManager(fn: () => void): Promise<void> {
  const fail = () => {
    throw new Error("the context manager is broken");
  };
  context.setGlobalContextManager({
    active: () => ROOT_CONTEXT,
    with: fail,
    bind: fail,
    enable: fail,
    disable: () => undefined,
  } as never);
  fn();
}

function keptRecords() {
  const records: UsageRecord[] = [];
  const sink = { name: "kept", accept: (record: UsageRecord) => void records.push(record) };
  return { records, recorder: new Recorder([sink], new KeptLogger()) };
}
