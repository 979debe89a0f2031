/**
 * A sink for those who keep their ledger elsewhere: each record as an OpenTelemetry log event, which
 * the app's own SDK exports by OTLP to wherever it is set up to.
 *
 * Attributes are the columns of the row, by their names, so that what receives them can fill the same
 * table. The cost is text, since a number would be a double to everything on the way; so are columns
 * of JSON. How surely an event arrives is up to that SDK: most hold events in memory, and drop some
 * when there are many. The ledger stays the record.
 */
import * as api from "@opentelemetry/api";
import type { Attributes, Context, Logger, LoggerProvider, LogRecord } from "@opentelemetry/api";

import { SCOPE_NAME } from "../semconv/names.ts";
import type { UsageRecord } from "../usage/record.ts";
import type { RecordSink } from "../usage/recorder.ts";
import { rowOf } from "./row.ts";

const EVENT_NAME = "spendspan.usage";
/** Severity "INFO". */
const INFO = 9;
/** Where `@opentelemetry/api-logs`, which is apart from the API up to 1.9, keeps the provider. */
const API_LOGS = Symbol.for("io.opentelemetry.js.api.logs");
const API_LOGS_VERSION = 1;

export class LogEventSink implements RecordSink {
  readonly name = "log events";
  #provider: LoggerProvider | undefined;
  #logger: Logger | undefined;

  accept(record: UsageRecord): void {
    this.#currentLogger()?.emit(eventOf(record));
  }

  /** The app may register its provider at any time, and nobody tells us. */
  #currentLogger(): Logger | undefined {
    const registered = registeredProvider();
    if (registered !== this.#provider) {
      this.#provider = registered;
      this.#logger = registered?.getLogger(SCOPE_NAME);
    }
    return this.#logger;
  }
}

/** By the namespace, as a name that is missing from API 1.9 can't be imported. */
function registeredProvider(): LoggerProvider | undefined {
  if ("logs" in api) return api.logs.getLoggerProvider();
  const holder: { readonly [key: symbol]: unknown } = globalThis;
  const get = holder[API_LOGS];
  const provider: unknown = typeof get === "function" ? get(API_LOGS_VERSION) : undefined;
  return isLoggerProvider(provider) ? provider : undefined;
}

function isLoggerProvider(value: unknown): value is LoggerProvider {
  return (
    typeof value === "object" &&
    value !== null &&
    "getLogger" in value &&
    typeof value.getLogger === "function"
  );
}

function eventOf(record: UsageRecord): LogRecord {
  return {
    eventName: EVENT_NAME,
    timestamp: record.startedAtMs,
    severityNumber: INFO,
    severityText: "INFO",
    attributes: attributesOf(record),
    context: contextOf(record),
  };
}

function attributesOf(record: UsageRecord): Attributes {
  const attributes: Attributes = {};
  for (const [column, value] of Object.entries(rowOf(record))) {
    if (value === undefined) continue;
    attributes[column] = typeof value === "object" ? JSON.stringify(value) : value;
  }
  return attributes;
}

/** That of the call's span, whatever is active where the record is handed on. */
function contextOf({ traceId, spanId }: UsageRecord): Context {
  if (traceId === undefined || spanId === undefined) return api.ROOT_CONTEXT;
  const spanContext = { traceId, spanId, traceFlags: api.TraceFlags.NONE };
  return api.trace.setSpanContext(api.ROOT_CONTEXT, spanContext);
}
