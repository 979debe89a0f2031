/**
 * The composition root: a Config becomes parts, and the parts are handed to each other. The only
 * file that knows them all.
 */
import { v7 } from "uuid";

import { type Clock, systemClock } from "./base/clock.ts";
import { type Logger, throttled } from "./base/logger.ts";
import { onProcessEnd } from "./base/process-end.ts";
import { Meter } from "./capture/meter.ts";
import type { Config } from "./config/resolve.ts";
import { LedgerConnection } from "./database/connection.ts";
import { createRoutes } from "./http/routes.ts";
import { type HttpServer, startServer } from "./http/server.ts";
import type { WebHandler } from "./http/response.ts";
import { createUsageHandler } from "./http/usage-route.ts";
import { MemoryQueue } from "./ledger/queue.ts";
import { type FlushOptions, type FlushResult, LedgerWriter } from "./ledger/writer.ts";
import { MeterBridge } from "./metrics/meter-bridge.ts";
import { pipelineFamilies, type PipelineHealth } from "./metrics/pipeline-health.ts";
import { createPrometheusText, PROMETHEUS_CONTENT_TYPE } from "./metrics/prometheus.ts";
import { MetricsSink } from "./metrics/sink.ts";
import { UsageTotals } from "./metrics/totals.ts";
import { costOf } from "./pricing/cost.ts";
import { geminiPriceBook } from "./pricing/gemini-prices.ts";
import { createGeminiProvider } from "./providers/gemini/provider.ts";
import { createHttpRuleProvider } from "./providers/http-rule.ts";
import { getUsageStats, type UsageStatsQuery } from "./stats/queries.ts";
import type { APIUsageStats } from "./stats/report.ts";
import { joinOrStartSdk, type SdkHandle } from "./telemetry/sdk.ts";
import { UsageSpanProcessor } from "./telemetry/span-processor.ts";
import { type APIUsageInsert, recordOf } from "./usage/api-usage.ts";
import type { PricedCost } from "./usage/record.ts";
import { Recorder } from "./usage/recorder.ts";
import type { TokenCounts } from "./usage/tokens.ts";

/** A body that lies unread for so long is read on, for its usage; see capture/read-ahead.ts. */
const UNATTENDED_GRACE_MS = 1_000;
const READ_AHEAD = { maxBytes: 8 * 1024 * 1024, maxMs: 60_000 };
/** The provider of Gemini's series, and of `APIUsage`. */
const GOOGLE_AI = "google_ai";
const LOG_EVERY_MS = 60_000;

/** The parts that one `init()` set up, and how they begin and end together. */
export class Runtime {
  readonly meter: Meter;
  /** `GET /api/usage`, to be mounted in the app's own router. */
  readonly usageHandler: WebHandler;
  /** The text of `/metrics`. */
  readonly metrics: () => Promise<string>;
  readonly #config: Config;
  readonly #clock: Clock = systemClock;
  readonly #logger: Logger;
  readonly #connection: LedgerConnection;
  readonly #ledger: LedgerWriter;
  readonly #recorder: Recorder;
  readonly #bridge: MeterBridge;
  readonly #ignoreProcessEnd: () => void;
  readonly #starting: Promise<void>;
  #server: HttpServer | undefined;
  #sdk: SdkHandle | undefined;
  /** Rows that the last attempt at the end of the process left. */
  #leftOver = 0;
  #closing: Promise<FlushResult> | undefined;

  constructor(config: Config) {
    this.#config = config;
    this.#logger = throttled(config.logger, LOG_EVERY_MS, () => this.#clock.monotonicMs());
    this.#connection = new LedgerConnection({
      ...config,
      onProgress: (message) => this.#logger.info(message),
    });
    this.#ledger = this.#createLedger();
    const totals = createTotals(config);
    const sources = [() => totals.families(), () => pipelineFamilies(healthOf(this.#ledger))];
    this.metrics = createPrometheusText({ sources, logger: this.#logger });
    this.#bridge = new MeterBridge(() => sources.flatMap((source) => source()));
    const sinks = [this.#ledger, new MetricsSink(totals, this.#bridge)];
    this.#recorder = new Recorder(sinks, this.#logger);
    this.meter = createMeter(config, this.#recorder, this.#clock, this.#logger);
    this.usageHandler = createUsageHandler({
      usage: (query) => this.stats(query),
      bearerToken: config.token,
      logger: this.#logger,
    });
    this.#ignoreProcessEnd = onProcessEnd({
      loopEmpty: () => this.#writeLastRows(),
      told: async () => void (await this.shutdown()),
    });
    this.#starting = this.#start();
  }

  /** `http://127.0.0.1:9464`, once the server listens. */
  get url(): string | undefined {
    return this.#server?.url;
  }

  /** The ledger's database, with its password, once that is known. */
  get databaseUrl(): string | undefined {
    return this.#connection.url;
  }

  /** Resolves when the start is over, whatever came of it: what failed has been logged. */
  ready(): Promise<void> {
    return this.#starting;
  }

  /** Records a call described by hand. @returns The row's id. */
  track(insert: APIUsageInsert): string {
    const record = recordOf(insert, { clock: this.#clock, newId: v7, price: listPrice });
    this.#recorder.record(record);
    return record.id;
  }

  async stats(query: UsageStatsQuery): Promise<APIUsageStats> {
    return getUsageStats(await this.#connection.connect(), query, this.#clock);
  }

  flush(options?: FlushOptions): Promise<FlushResult> {
    return this.#ledger.flush(options ?? { timeoutMs: this.#config.shutdownTimeoutMs });
  }

  /** Settles what is under way, writes what waits, and closes in reverse order of opening. */
  shutdown(): Promise<FlushResult> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #start(): Promise<void> {
    const { server, openTelemetry } = this.#config;
    const processor = new UsageSpanProcessor(async () => void (await this.flush()));
    const [sdk, opened] = await Promise.all([
      joinOrStartSdk({ mode: openTelemetry, processor, logger: this.#logger }),
      server ? this.#listen() : undefined,
      // The writer says what keeps it from the database; here it is only asked to begin.
      this.#connection.connect().catch(() => undefined),
    ]);
    this.#sdk = sdk;
    this.#server = opened;
    this.#bridge.follow();
  }

  async #listen(): Promise<HttpServer | undefined> {
    const { host, port, token } = this.#config;
    const handler = createRoutes({
      metrics: async () => ({ text: await this.metrics(), contentType: PROMETHEUS_CONTENT_TYPE }),
      usageHandler: this.usageHandler,
      health: () => ({ ok: true, ledger: ledgerHealth(this.#ledger) }),
      bearerToken: token,
      logger: this.#logger,
    });
    // Loads the serialiser, so that the first scrape is not kept waiting; its absence is that scrape's answer.
    await this.metrics().catch(() => undefined);
    return startServer({ host, port, handler, logger: this.#logger });
  }

  #createLedger(): LedgerWriter {
    const { maxPendingRows, flushIntervalMs } = this.#config;
    return new LedgerWriter(
      {
        backlog: new MemoryQueue(maxPendingRows),
        connect: () => this.#connection.connect(),
        clock: this.#clock,
        logger: this.#logger,
        random: Math.random,
      },
      { flushIntervalMs },
    );
  }

  /** The event loop is empty. Asked again after the rows are written, and then with none left. */
  #writeLastRows(): void {
    this.meter.interrupt();
    const { pending } = this.#ledger.state();
    if (pending === 0 || pending === this.#leftOver) return;
    void this.flush().then(({ remaining }) => {
      this.#leftOver = remaining;
      if (remaining > 0) this.#logger.warn(`${remaining} usage rows could not be written in time`);
    });
  }

  async #close(): Promise<FlushResult> {
    this.#ignoreProcessEnd();
    this.meter.interrupt();
    await this.#starting;
    const result = await this.#ledger.close({ timeoutMs: this.#config.shutdownTimeoutMs });
    if (result.remaining > 0) {
      this.#logger.warn(`${result.remaining} usage rows could not be written in time`);
    }
    this.#bridge.close();
    await this.#server?.close();
    await this.#sdk?.shutdown();
    await this.#connection.close();
    return result;
  }
}

function createMeter(config: Config, recorder: Recorder, clock: Clock, logger: Logger): Meter {
  return new Meter({
    providers: [
      createGeminiProvider({ baseUrls: config.baseUrls, priceBook: geminiPriceBook() }),
      createHttpRuleProvider(config.httpRules),
    ],
    recorder,
    clock,
    newId: v7,
    logger,
    strictBrand: config.strictBrand,
    unattendedGraceMs: UNATTENDED_GRACE_MS,
    readAhead: READ_AHEAD,
  });
}

function createTotals({ brands, models, endpoints, ...config }: Config): UsageTotals {
  const labelLimits = { brand: config.maxBrandLabels };
  const totals = new UsageTotals({ labelLimits, maxSeries: config.maxSeries });
  for (const endpoint of endpoints) {
    totals.initialise({ provider: GOOGLE_AI, endpoint, models, brands });
  }
  return totals;
}

function healthOf(ledger: LedgerWriter): PipelineHealth {
  const { pending, oldestPendingAtMs, dropped, deadLetters, written } = ledger.state();
  return {
    pendingRecords: pending,
    oldestPendingAtMs,
    droppedRecords: dropped,
    deadLetterRecords: deadLetters,
    writtenRecords: written,
  };
}

/** Open to all who reach the port: no reason of a failure, which may name a host. */
function ledgerHealth(ledger: LedgerWriter): object {
  const { pending, dropped, deadLetters, written, lastError } = ledger.state();
  return { reachable: lastError === undefined, written, pending, dropped, deadLetters };
}

function listPrice(model: string, tokens: TokenCounts, atMs: number): PricedCost {
  return costOf(geminiPriceBook(), { model, tokens, atMs });
}
