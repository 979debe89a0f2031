/**
 * Joins the OpenTelemetry SDK that the app has registered, or starts a `NodeSDK` when there is none.
 *
 * An SDK can be registered once, so ours must not be first where the app has its own. It is loaded
 * in the background and started by the first call: by then an app has long set up what it wants.
 *
 * A `NodeSDK` left to itself starts OTLP exporters for all three signals to localhost. Here a signal is
 * exported only if the standard environment variables ask for it. Span exporters can only be had from
 * them by leaving `spanProcessors` out, so then our processor is not listed, and calls deliver their
 * records themselves, as they do when a span is sampled out.
 */
import {
  context,
  createContextKey,
  metrics,
  propagation,
  ROOT_CONTEXT,
  trace,
} from "@opentelemetry/api";
import type { NodeSDK } from "@opentelemetry/sdk-node";

import type { Logger } from "../base/logger.ts";
import type { UsageSpanProcessor } from "./span-processor.ts";

export interface SdkParts {
  /** `join` never starts an SDK; `auto` starts one when none is registered. */
  readonly mode: "auto" | "join";
  readonly processor: UsageSpanProcessor;
  readonly logger: Logger;
}

interface ExportedSignals {
  readonly traces: boolean;
  readonly metrics: boolean;
  readonly logs: boolean;
}

/** The SDK of an app that has none. Without it there are no spans, and nothing else is lost. */
export class FallbackSdk {
  readonly #parts: SdkParts;
  #loaded: typeof NodeSDK | undefined;
  #stop: (() => Promise<void>) | undefined;

  constructor(parts: SdkParts) {
    this.#parts = parts;
  }

  /** True when the SDK was started here, and not stopped since. */
  get started(): boolean {
    return this.#stop !== undefined;
  }

  /** Loads the SDK, which takes half a second, so that it can start at once. Never rejects. */
  async load(): Promise<void> {
    const { mode, logger } = this.#parts;
    if (mode === "join" || isSdkDisabled() || isSdkRegistered()) return;
    try {
      ({ NodeSDK: this.#loaded } = await import("@opentelemetry/sdk-node"));
    } catch (error) {
      if (isModuleMissing(error)) {
        logger.info("@opentelemetry/sdk-node is not installed, so calls make no spans");
      } else this.#warn(error);
    }
  }

  /** Starts what was loaded, once, unless the app has registered an SDK by now. Never throws. */
  start(): void {
    const loaded = this.#loaded;
    if (loaded === undefined) return;
    this.#loaded = undefined;
    try {
      if (!isSdkRegistered()) this.#stop = startSdk(loaded, this.#parts.processor);
    } catch (error) {
      this.#warn(error);
    }
  }

  /** Flushes and unregisters the SDK that was started here; leaves one of the app's alone. */
  async shutdown(): Promise<void> {
    this.#loaded = undefined;
    const stop = this.#stop;
    this.#stop = undefined;
    await stop?.();
  }

  #warn(error: unknown): void {
    const message = "The OpenTelemetry SDK could not be started, so calls make no spans";
    this.#parts.logger.warn(message, error);
  }
}

/** Whether a tracer provider is registered with the OpenTelemetry API, by whichever SDK. */
export function isSdkRegistered(): boolean {
  const provider: object = trace.getTracerProvider();
  // The API answers with a proxy before and after registration; only a registered one has a delegate.
  if (!("getDelegateTracer" in provider) || typeof provider.getDelegateTracer !== "function") {
    return true;
  }
  return provider.getDelegateTracer("spendspan") !== undefined;
}

/** Options are all plural: SDK 3.x ignores the singular ones that 2.x still takes. */
function sdkOptions(processor: UsageSpanProcessor, exported: ExportedSignals) {
  return {
    // Trace context and baggage are sent to other hosts only by an app that traces.
    ...(exported.traces ? {} : { spanProcessors: [processor], textMapPropagator: null }),
    ...(exported.metrics ? {} : { metricReaders: [] }),
    // Detectors read the machine's name and the process's arguments: of use to an exporter alone.
    autoDetectResources: exported.traces || exported.metrics || exported.logs,
  };
}

/** Returns what stops it and frees its places in the API. */
function startSdk(Sdk: typeof NodeSDK, processor: UsageSpanProcessor): () => Promise<void> {
  const exported = exportedSignals();
  const releaseGlobals = globalsAboutToBeTaken(exported);
  const sdk = new Sdk(sdkOptions(processor, exported));
  withLogsKept(exported, () => sdk.start());
  return () => sdk.shutdown().finally(releaseGlobals);
}

/**
 * No option keeps a NodeSDK from taking the API's slot for logs, which the app may want for an SDK of
 * its own; only this variable does.
 */
function withLogsKept(exported: ExportedSignals, start: () => void): void {
  const asked = process.env["OTEL_LOGS_EXPORTER"];
  if (!exported.logs) process.env["OTEL_LOGS_EXPORTER"] = "none";
  try {
    start();
  } finally {
    if (asked === undefined) delete process.env["OTEL_LOGS_EXPORTER"];
    else process.env["OTEL_LOGS_EXPORTER"] = asked;
  }
}

/** The environment is read here, and not handed in, since the SDK reads it in the same way. */
function exportedSignals(): ExportedSignals {
  return {
    traces: isExportAsked("TRACES"),
    metrics: isExportAsked("METRICS"),
    logs: isExportAsked("LOGS"),
  };
}

function isExportAsked(signal: "TRACES" | "METRICS" | "LOGS"): boolean {
  const exporter = environmentText(`OTEL_${signal}_EXPORTER`);
  if (exporter !== undefined) return exporter !== "none";
  return (
    environmentText("OTEL_EXPORTER_OTLP_ENDPOINT") !== undefined ||
    environmentText(`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`) !== undefined
  );
}

function isSdkDisabled(): boolean {
  return environmentText("OTEL_SDK_DISABLED")?.toLowerCase() === "true";
}

/** The conventions take an empty variable for an absent one. */
function environmentText(name: string): string | undefined {
  return process.env[name]?.trim() || undefined;
}

/**
 * To be asked before the SDK starts, and its answer called when it has stopped: frees those of the
 * API's global slots that were free, so that another SDK can be registered later.
 */
function globalsAboutToBeTaken(exported: ExportedSignals): () => void {
  const takesContext = !isContextManagerRegistered();
  const takesPropagation = exported.traces && propagation.fields().length === 0;
  return () => {
    trace.disable();
    if (exported.metrics) metrics.disable();
    if (takesPropagation) propagation.disable();
    if (takesContext) context.disable();
  };
}

function isContextManagerRegistered(): boolean {
  const key = createContextKey("spendspan.probe");
  return context.with(
    ROOT_CONTEXT.setValue(key, true),
    () => context.active().getValue(key) === true,
  );
}

function isModuleMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND";
}
