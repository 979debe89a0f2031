/** `init()`: one call, and every request to Gemini is metered. */
import { type Fetch, installMeteredFetch, meteredFetch } from "./capture/fetch.ts";
import { processWide } from "./base/process-wide.ts";
import { SpendspanError } from "./base/errors.ts";
import type { SpendspanOptions } from "./config/options.ts";
import { resolveConfig } from "./config/resolve.ts";
import type { FlushOptions, FlushResult } from "./ledger/writer.ts";
import { Runtime } from "./runtime.ts";

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
   * opened. Wired to SIGTERM and SIGINT. Never rejects.
   */
  shutdown(): Promise<FlushResult>;
}

interface Slot {
  runtime: Runtime | undefined;
  removeFetch: (() => void) | undefined;
}

/**
 * Starts metering. Requests made from now on are counted, whenever their client was made; database,
 * server and OpenTelemetry SDK start in the background. A second call gives the first one's result,
 * and its options are passed over with a warning.
 *
 * @throws ConfigError naming every fault in options and environment.
 */
export function init(options: SpendspanOptions = {}): Spendspan {
  const current = slot();
  if (current.runtime !== undefined) {
    if (Object.keys(options).length > 0) {
      options.logger?.warn("init() was called before: the options of this call are passed over");
    }
    return handleOf(current.runtime);
  }
  const config = resolveConfig(options, process.env);
  const runtime = new Runtime(config);
  current.runtime = runtime;
  if (!config.disabled) current.removeFetch = installMeteredFetch(() => slot().runtime?.meter);
  return handleOf(runtime);
}

/**
 * `fetch`, metered, for a client that brings its own: `new GoogleGenAI({ httpOptions: { fetch:
 * meterFetch(fetch) } })`. Passes everything through until `init()`.
 */
export function meterFetch(fetch: Fetch): Fetch {
  return meteredFetch(fetch, () => slot().runtime?.meter);
}

/**
 * What `init()` set up.
 *
 * @throws SpendspanError `ERR_NOT_INITIALISED` before `init()` and after `shutdown()`.
 */
export function currentRuntime(caller: string): Runtime {
  const { runtime } = slot();
  if (runtime !== undefined) return runtime;
  throw new SpendspanError("ERR_NOT_INITIALISED", `Expected init() to be called before ${caller}`);
}

function slot(): Slot {
  return processWide("slot", () => ({ runtime: undefined, removeFetch: undefined }));
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
      const current = slot();
      if (current.runtime === runtime) {
        current.removeFetch?.();
        Object.assign(current, { runtime: undefined, removeFetch: undefined });
      }
      return runtime.shutdown();
    },
  };
}
