/** Work of our own that must leave no spans in the app's traces, such as writing the ledger. */
import { context, createContextKey, ROOT_CONTEXT } from "@opentelemetry/api";

/**
 * The key by which OpenTelemetry's SDKs and instrumentations know that tracing is suppressed. It is
 * defined in `@opentelemetry/core`, which we need for nothing else; context keys are equal when
 * their text is, and this text is the same in core 1.x, 2.x and 3.x.
 */
const SUPPRESS_TRACING = createContextKey("OpenTelemetry SDK Context Key SUPPRESS_TRACING");

/** Runs `fn`, and all that it awaits, outside of any trace and with tracing suppressed. */
export function untraced<T>(fn: () => T): T {
  return context.with(ROOT_CONTEXT.setValue(SUPPRESS_TRACING, true), fn);
}
