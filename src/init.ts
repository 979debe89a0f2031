/** `init()`: one call, and every request to Gemini is metered. */
import { installMeteredFetch, meteredFetch } from "./capture/fetch.ts";
import type { LiveMeter } from "./capture/live/live-meter.ts";
import { observeUpgrades } from "./capture/live/upgrade.ts";
import { installMeteredWebSocket } from "./capture/live/web-socket.ts";
import type { Meter } from "./capture/meter.ts";
import { shown } from "./base/error-text.ts";
import { SpendspanError } from "./base/errors.ts";
import { defaultLogger, unfailing } from "./base/logger.ts";
import { isRecord } from "./base/rule.ts";
import type { SpendspanOptions } from "./config/options.ts";
import { resolveConfig } from "./config/resolve.ts";
import { strayVariables } from "./config/stray-variables.ts";
import type { FlushOptions, FlushResult } from "./ledger/flush.ts";
import { Runtime } from "./runtime.ts";
import { runtimeSlot } from "./runtime-slot.ts";

/** What `init()` gives. */
export interface Spendspan {
  /** Where the server listens, `http://127.0.0.1:9464`; undefined before, and when there is none. */
  readonly url: string | undefined;
  /** The ledger's database, with its password; undefined until it is known. */
  readonly databaseUrl: string | undefined;
  /** `GET /api/usage` as a web-standard handler, for a Next.js route, Hono or any other router. */
  readonly usageHandler: (request: Request) => Promise<Response>;
  /** The Prometheus text of `/metrics`, for an app that serves it from its own router. */
  metrics(): Promise<string>;
  /** Resolves when the start is over. Never rejects: what failed has been logged. */
  ready(): Promise<void>;
  /** Writes the rows that wait, and says what remains. Never rejects. Default: `shutdownTimeoutMs`. */
  flush(options?: FlushOptions): Promise<FlushResult>;
  /**
   * Writes the rows that wait, books calls under way as `unknown`, and closes all that `init()`
   * opened. `fetch` is the app's own again. Never rejects, and takes at most about twice
   * `shutdownTimeoutMs`. SIGTERM and SIGINT do it too, where the app does not listen to them.
   */
  shutdown(): Promise<FlushResult>;
}

/**
 * Starts metering. Requests made from now on are counted, whenever their client was made; database,
 * server and OpenTelemetry SDK start in the background. A second call gives the first one's result,
 * and its options are passed over with a warning.
 *
 * @throws ConfigError naming every fault in options and environment.
 */
export function init(options: SpendspanOptions = {}): Spendspan {
  const slot = runtimeSlot();
  if (slot.runtime !== undefined) {
    if (!isRecord(options) || Object.keys(options).length > 0) sayPassedOver(options);
    return handleOf(slot.runtime);
  }
  const config = resolveConfig(options, process.env);
  for (const sentence of strayVariables(process.env)) unfailing(config.logger).warn(sentence);
  slot.runtime = new Runtime(config);
  if (!config.disabled) slot.removeHooks = installHooks();
  return handleOf(slot.runtime);
}

/**
 * `fetch`, metered, for a client that brings its own: `new GoogleGenAI({ httpOptions: { fetch:
 * meterFetch(fetch) } })`. Passes everything through until `init()`.
 *
 * @throws SpendspanError `ERR_CONFIG` when `fetch` is no function.
 */
export function meterFetch(fetch: typeof globalThis.fetch): typeof globalThis.fetch {
  if (typeof fetch !== "function") {
    throw new SpendspanError(
      "ERR_CONFIG",
      `Expected \`fetch\` to be a function, got ${shown(fetch)}`,
    );
  }
  return meteredFetch(fetch, currentMeter);
}

function sayPassedOver(options: SpendspanOptions | null): void {
  const logger = unfailing(options?.logger ?? defaultLogger);
  logger.warn("init() was called before: the options of this call are passed over");
}

function installHooks(): () => void {
  const removals = [
    installMeteredFetch(currentMeter),
    installMeteredWebSocket(currentLiveMeter),
    observeUpgrades(currentLiveMeter),
  ];
  return () => {
    for (const remove of removals) remove();
  };
}

function currentMeter(): Meter | undefined {
  return runtimeSlot().runtime?.meter;
}

function currentLiveMeter(): LiveMeter | undefined {
  return currentMeter()?.live;
}

function handleOf(runtime: Runtime): Spendspan {
  return {
    get url() {
      return runtime.url;
    },
    get databaseUrl() {
      return runtime.databaseUrl;
    },
    usageHandler: runtime.usageHandler,
    metrics: () => runtime.metrics(),
    ready: () => runtime.ready(),
    flush: (options) => runtime.flush(options),
    shutdown: () => {
      const slot = runtimeSlot();
      if (slot.runtime === runtime) {
        slot.removeHooks?.();
        slot.runtime = undefined;
        slot.removeHooks = undefined;
      }
      return runtime.shutdown();
    },
  };
}
