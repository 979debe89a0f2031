/**
 * The composition root: a Config becomes parts, and the parts are handed to each other. The only
 * file that knows them all.
 */
import { join } from "node:path";

import { AppEndpoint } from "./app-endpoint.ts";
import { type Clock, systemClock } from "./base/clock.ts";
import { countdown, keepingAlive, settledWithin } from "./base/deadline.ts";
import { type Logger, throttled } from "./base/logger.ts";
import { onProcessEnd } from "./base/process-end.ts";
import { newUuid } from "./base/uuid.ts";
import { Meter } from "./capture/meter.ts";
import { ResourceDesk } from "./capture/resource-desk.ts";
import type { Config } from "./config/resolve.ts";
import { LedgerConnection } from "./database/connection.ts";
import type { WebHandler } from "./http/response.ts";
import { createUsageHandler } from "./http/usage-route.ts";
import { ledgerHealth, pipelineHealth, sayWhatRemains } from "./ledger-health.ts";
import { createLedgerGauges } from "./ledger-spend.ts";
import { findResourceEntries } from "./ledger/resource-history.ts";
import { DeadLetterBox } from "./ledger/dead-letter-box.ts";
import { DurableBacklog } from "./ledger/durable-backlog.ts";
import { type FlushOptions, type FlushResult, flushTimeoutMs } from "./ledger/flush.ts";
import { LogEventSink } from "./ledger/log-events.ts";
import { MemoryQueue } from "./ledger/queue.ts";
import { ThreadedStore } from "./ledger/threaded-store.ts";
import { LedgerWriter } from "./ledger/writer.ts";
import type { LedgerGauges } from "./metrics/ledger-gauges.ts";
import { MeterBridge } from "./metrics/meter-bridge.ts";
import { pipelineFamilies } from "./metrics/pipeline-health.ts";
import { createPrometheusText } from "./metrics/prometheus.ts";
import { MetricsSink } from "./metrics/sink.ts";
import { costOf } from "./pricing/cost.ts";
import { sayIfPricesAreOld } from "./price-age.ts";
import { geminiPriceBook } from "./pricing/gemini-prices.ts";
import type { PriceBook } from "./pricing/price-book.ts";
import { createGeminiProvider } from "./providers/gemini/provider.ts";
import { createHttpRuleProvider } from "./providers/http-rule.ts";
import { getUsageStats } from "./stats/queries.ts";
import type { UsageStatsQuery } from "./stats/query.ts";
import type { APIUsageStats } from "./stats/report.ts";
import { FallbackSdk } from "./telemetry/sdk.ts";
import { UsageSpanProcessor } from "./telemetry/span-processor.ts";
import { type APIUsageInsert, recordOf } from "./usage/api-usage.ts";
import { Recorder } from "./usage/recorder.ts";
import type { TokenCounts } from "./usage/tokens.ts";
import { createUsageTotals } from "./usage-totals.ts";

/** A body that lies unread for so long is read on, for its usage; see capture/read-ahead.ts. */
const UNATTENDED_GRACE_MS = 1_000;
const READ_AHEAD = { maxBytes: 8 * 1024 * 1024, maxMs: 60_000 };
const LOG_EVERY_MS = 60_000;

/** The parts that one `init()` set up, and how they begin and end together. */
export class Runtime {
  /** Undefined where nothing is to be metered. */
  readonly meter: Meter | undefined;
  /** `GET /api/usage`, to be mounted in the app's own router. */
  readonly usageHandler: WebHandler;
  /** The text of `/metrics`. */
  readonly metrics: () => Promise<string>;
  /** List prices, and over them the user's own. */
  readonly priceBook: PriceBook;
  readonly #config: Config;
  readonly #clock: Clock = systemClock;
  readonly #logger: Logger;
  readonly #connection: LedgerConnection;
  readonly #store: ThreadedStore;
  /** Undefined where rows wait in memory only. */
  readonly #journal: DurableBacklog | undefined;
  readonly #ledger: LedgerWriter;
  /** Undefined unless they were asked for. */
  readonly #gauges: LedgerGauges | undefined;
  readonly #recorder: Recorder;
  readonly #desk: ResourceDesk;
  readonly #bridge: MeterBridge;
  readonly #sdk: FallbackSdk;
  #ignoreProcessEnd: () => void = () => undefined;
  #starting: Promise<void> = Promise.resolve();
  #endpoint: AppEndpoint | undefined;
  /** Rows that the last attempt at the end of the process left. */
  #leftOver = 0;
  #closing: Promise<FlushResult> | undefined;

  constructor(config: Config) {
    this.#config = config;
    this.#logger = throttled(config.logger, LOG_EVERY_MS, () => this.#clock.monotonicMs());
    this.priceBook = geminiPriceBook(config.priceTimeZone).with(config.prices);
    this.#connection = new LedgerConnection({
      ...config,
      logger: this.#logger, // which never throws
      onProgress: (message) => this.#logger.info(message),
    });
    this.#store = new ThreadedStore(this.#connection, config, this.#clock, this.#logger);
    this.#journal = config.journal && !config.disabled ? this.#createJournal() : undefined;
    this.#ledger = this.#createLedger();
    const totals = createUsageTotals(config);
    this.#gauges = this.#createGauges();
    const sources = [
      () => totals.families(),
      () => pipelineFamilies(pipelineHealth(this.#ledger)),
      () => this.#gauges?.families() ?? [],
    ];
    this.metrics = createPrometheusText({ sources, logger: this.#logger });
    this.#bridge = new MeterBridge(() => sources.flatMap((source) => source()));
    const sinks = [
      this.#ledger,
      new MetricsSink(totals, this.#bridge),
      ...(config.logEvents ? [new LogEventSink()] : []),
    ];
    this.#recorder = new Recorder(config.disabled ? [] : sinks, this.#logger);
    this.#desk = this.#createDesk();
    this.#sdk = new FallbackSdk({
      mode: config.openTelemetry,
      processor: new UsageSpanProcessor(async () => void (await this.flush())),
      logger: this.#logger,
    });
    this.usageHandler = createUsageHandler({
      usage: (query) => this.stats(query),
      bearerToken: config.token,
      logger: this.#logger,
    });
    if (config.disabled) return;
    sayIfPricesAreOld(this.priceBook, config.maxPriceAgeDays, this.#clock, this.#logger);
    this.meter = this.#createMeter();
    this.#begin();
  }

  /** `http://127.0.0.1:9464`, once the server listens. */
  get url(): string | undefined {
    return this.#endpoint?.url;
  }

  /** The ledger's database, with its password, once that is known. */
  get databaseUrl(): string | undefined {
    return this.#connection.url;
  }

  /** Resolves when the start is over, whatever came of it: what failed has been logged. */
  ready(): Promise<void> {
    return keepingAlive(this.#starting);
  }

  /** Records a call described by hand. @returns The row's id. */
  track(insert: APIUsageInsert): string {
    const price = (model: string, tokens: TokenCounts, atMs: number) =>
      costOf(this.priceBook, { model, tokens, atMs });
    const record = recordOf(insert, { clock: this.#clock, newId: newUuid, price });
    this.#recorder.record(record);
    return record.id;
  }

  async stats(query: UsageStatsQuery): Promise<APIUsageStats> {
    return getUsageStats(await this.#connection.connect(), query, this.#clock);
  }

  async flush(options?: FlushOptions): Promise<FlushResult> {
    const timeoutMs = flushTimeoutMs(options, this.#config.shutdownTimeoutMs, this.#logger);
    const left = countdown(this.#clock, timeoutMs);
    await settledWithin(timeoutMs / 2, this.#desk.retry());
    return this.#ledger.flush({ timeoutMs: left() });
  }

  /** Settles what is under way, writes what waits, and closes what was opened. */
  shutdown(): Promise<FlushResult> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  #begin(): void {
    this.#ignoreProcessEnd = onProcessEnd({
      loopEmpty: () => void this.#writeLastRows(),
      // The app's own end may come at once, or after requests that are still to be metered.
      warned: () => void this.flush(),
      ending: () => this.shutdown(),
    });
    if (this.#config.server) this.#endpoint = this.#createEndpoint();
    this.#gauges?.start();
    this.#starting = this.#start();
  }

  async #start(): Promise<void> {
    await Promise.all([
      this.#endpoint?.opened(),
      this.#sdk.load(),
      this.#store.prepare(),
      this.#journal?.start(() => this.#ledger.resume()),
    ]);
    if (this.#closing === undefined) this.#bridge.follow();
  }

  #createEndpoint(): AppEndpoint {
    const { metrics, usageHandler } = this;
    const ledger = () => ledgerHealth(this.#ledger);
    return new AppEndpoint({ metrics, usageHandler, ledger, logger: this.#logger }, this.#config);
  }

  #createMeter(): Meter {
    const { baseUrls, fingerprintKey, httpRules, strictBrand } = this.#config;
    return new Meter({
      providers: [
        createGeminiProvider({ baseUrls, priceBook: this.priceBook }),
        createHttpRuleProvider(httpRules),
      ],
      recorder: this.#recorder,
      clock: this.#clock,
      newId: newUuid,
      logger: this.#logger,
      strictBrand,
      unattendedGraceMs: UNATTENDED_GRACE_MS,
      readAhead: READ_AHEAD,
      resources: this.#desk,
      fingerprintKey,
      onOpening: () => this.#sdk.start(),
    });
  }

  #createDesk(): ResourceDesk {
    const { databaseUrl, embedded } = this.#config;
    const none = databaseUrl === undefined && !embedded;
    const findEntries = async (name: string) =>
      none ? [] : findResourceEntries(await this.#connection.connect(), name);
    return new ResourceDesk({ recorder: this.#recorder, logger: this.#logger, findEntries });
  }

  #createJournal(): DurableBacklog {
    const { dataDir, maxJournalBytes: maxBytes, maxPendingRows: maxRowsInMemory } = this.#config;
    const parts = { clock: this.#clock, logger: this.#logger };
    const directory = join(dataDir, "journal");
    return new DurableBacklog(parts, { directory, maxBytes, maxRowsInMemory });
  }

  #createGauges(): LedgerGauges | undefined {
    if (!this.#config.ledgerGauges || this.#config.disabled) return undefined;
    const parts = { connection: this.#connection, clock: this.#clock, logger: this.#logger };
    return createLedgerGauges(this.#config, parts);
  }

  #createLedger(): LedgerWriter {
    const { dataDir, flushIntervalMs, journal, maxPendingRows } = this.#config;
    return new LedgerWriter(
      {
        backlog: this.#journal ?? new MemoryQueue(maxPendingRows),
        store: this.#store,
        deadLetters: journal ? new DeadLetterBox(dataDir) : undefined,
        clock: this.#clock,
        logger: this.#logger,
        random: Math.random,
      },
      { flushIntervalMs },
    );
  }

  /** The event loop is empty. Asked again after the rows are written, and then with none left. */
  async #writeLastRows(): Promise<void> {
    await this.#conclude(this.#config.shutdownTimeoutMs);
    // Of an SDK that was started here nobody else would send the last spans.
    void this.#sdk.shutdown().catch(() => undefined);
    const { pending } = this.#ledger.state();
    if (pending === 0 || pending === this.#leftOver) return;
    const result = await this.flush();
    this.#leftOver = result.remaining;
    sayWhatRemains(result, this.#journal, this.#logger);
  }

  async #close(): Promise<FlushResult> {
    const timeoutMs = this.#config.shutdownTimeoutMs;
    this.#ignoreProcessEnd();
    const left = countdown(this.#clock, timeoutMs);
    await this.#conclude(timeoutMs);
    const result = await this.#ledger.close({ timeoutMs: left() });
    sayWhatRemains(result, this.#journal, this.#logger);
    this.#journal?.close();
    this.#bridge.close();
    this.#gauges?.close();
    await this.#store.close();
    await Promise.all([
      this.#endpoint?.close(),
      settledWithin(timeoutMs, this.#sdk.shutdown()),
      this.#connection.close(timeoutMs),
    ]);
    return result;
  }

  /** Makes rows of all that is still open. Leaves half of the time to those who write them. */
  async #conclude(timeoutMs: number): Promise<void> {
    await this.meter?.conclude();
    await this.#desk.conclude(timeoutMs / 2);
  }
}
