import { logs } from "@opentelemetry/api";
import type { LogRecord } from "@opentelemetry/api";
import { NodeSDK } from "@opentelemetry/sdk-node";
import { afterEach, expect, test } from "vitest";

import { LogEventSink } from "../../src/ledger/log-events.ts";
import { COLUMNS } from "../../src/ledger/row.ts";
import { aFullRecord } from "../support/ledger-rows.ts";
import { unregisterAll } from "../support/otel.ts";
import { aRecord, NOON_MS } from "../support/record.ts";

type KeptEvent = LogRecord & { readonly spanContext?: object; readonly hrTime: readonly number[] };

afterEach(unregisterAll);

/** An SDK of the app's that keeps what it would export. */
function startSdk(): KeptEvent[] {
  const kept: KeptEvent[] = [];
  const processor = {
    onEmit: (event: KeptEvent) => void kept.push(event),
    enabled: () => true,
    forceFlush: async () => {},
    shutdown: async () => {},
  };
  new NodeSDK({
    logRecordProcessors: [processor],
    spanProcessors: [],
    metricReaders: [],
    autoDetectResources: false,
  }).start();
  return kept;
}

test("each column of the row is an attribute, the cost to its last digit", () => {
  const events = startSdk();
  const record = aFullRecord();
  new LogEventSink().accept(record);
  expect(events).toHaveLength(1);
  const [event] = events;
  expect(event).toMatchObject({
    eventName: "spendspan.usage",
    severityNumber: 9,
    hrTime: [NOON_MS / 1_000, 0],
    spanContext: { traceId: record.traceId, spanId: record.spanId },
  });
  expect(Object.keys(event?.attributes ?? {}).toSorted()).toEqual(Object.keys(COLUMNS).toSorted());
  expect(event?.attributes).toMatchObject({
    id: record.id,
    created_at: "2026-11-24T12:00:00.000Z",
    estimated_cost_usd: "1.123456789012",
    input_tokens: 13,
    output_tokens: 8,
    streaming: true,
    line_items: '[{"item":"google_search","quantity":2,"cost_usd":"0.028"}]',
    token_modalities: '{"input":{"text":4,"image":6}}',
  });
});

test("what is not known is no attribute", () => {
  const events = startSdk();
  new LogEventSink().accept(
    aRecord({ cost: undefined, priceStatus: "unpriced", tokens: undefined, traceId: undefined }),
  );
  const attributes = events[0]?.attributes ?? {};
  expect(attributes).toMatchObject({ brand: "acme", price_status: "unpriced" });
  expect(attributes).not.toHaveProperty("estimated_cost_usd");
  expect(attributes).not.toHaveProperty("input_tokens");
  expect(events[0]?.spanContext).toBeUndefined();
});

test("a provider that is registered later, or replaced, gets what comes from then on", () => {
  const sink = new LogEventSink();
  sink.accept(aRecord());
  const first = startSdk();
  sink.accept(aRecord());
  expect(first).toHaveLength(1);
  logs.disable();
  const second = startSdk();
  sink.accept(aRecord());
  expect([first.length, second.length]).toEqual([1, 1]);
});
