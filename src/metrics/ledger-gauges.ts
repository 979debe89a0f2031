/**
 * What brands have spent according to the ledger, as gauges: for money against budgets, which counters
 * of processes cannot be asked about, as they begin anew with each process and are scraped now and then.
 *
 * They are read in the background, and shown as they were read: a ledger that cannot be reached leaves
 * them as they are, with the time of the reading, so that what is stale is seen to be. Only what was
 * spent in a day that is over is not shown as that of today; the next reading is made as it ends.
 */
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import type { MetricFamily } from "./family.ts";
import {
  ledgerFamilies,
  type LedgerSeriesLimits,
  type LedgerSpend,
  withoutPast,
} from "./ledger-spend.ts";

export interface LedgerGaugesParts {
  readonly read: () => Promise<LedgerSpend>;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface LedgerGaugesOptions extends LedgerSeriesLimits {
  readonly refreshIntervalMs: number;
}

export class LedgerGauges {
  readonly #parts: LedgerGaugesParts;
  readonly #options: LedgerGaugesOptions;
  #spend: LedgerSpend | undefined;
  #families: readonly MetricFamily[] = [];
  /** When the first of the periods shown is over. */
  #firstEndMs = Infinity;
  #refreshing: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(parts: LedgerGaugesParts, options: LedgerGaugesOptions) {
    this.#parts = parts;
    this.#options = options;
  }

  /** When the ledger was read last, in milliseconds since the Unix epoch; undefined before the first time. */
  get readAtMs(): number | undefined {
    return this.#spend?.readAtMs;
  }

  /** As they were read last, without periods that are over; none before the first reading. */
  families(): readonly MetricFamily[] {
    const nowMs = this.#parts.clock.now();
    if (this.#spend !== undefined && nowMs >= this.#firstEndMs) {
      this.#show(withoutPast(this.#spend, nowMs));
    }
    return this.#families;
  }

  /**
   * Reads now, and from then on whenever the interval has passed or a period is over. Does not keep the
   * process alive.
   */
  start(): void {
    void this.refresh().then(() => {
      if (this.#closed) return;
      const untilEndMs = this.#firstEndMs - this.#parts.clock.now();
      const intervalMs = this.#options.refreshIntervalMs;
      const delayMs = untilEndMs > 0 ? Math.min(untilEndMs, intervalMs) : intervalMs;
      this.#timer = setTimeout(() => this.start(), delayMs).unref();
    });
  }

  /** Reads now, unless that is under way. Never rejects: what failed is logged, and nothing changed. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#refresh().finally(() => (this.#refreshing = undefined));
    return this.#refreshing;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  async #refresh(): Promise<void> {
    try {
      this.#show(await this.#parts.read());
    } catch (error) {
      if (this.#closed) return;
      this.#parts.logger.warn("The ledger could not be read, so its gauges are stale", error);
    }
  }

  #show(spend: LedgerSpend): void {
    this.#spend = spend;
    this.#families = ledgerFamilies(spend, this.#options);
    this.#firstEndMs = spend.brands
      .flatMap(({ periods }) => periods)
      .reduce((first, { toMs }) => Math.min(first, toMs), Infinity);
  }
}
