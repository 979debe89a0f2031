/**
 * Stores rows from a thread of its own, so that the app's event loop has nothing to do with SQL; or
 * from this one, where there can be no other.
 */
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import type { LedgerConnection } from "../database/connection.ts";
import { withMonthsAhead } from "./months-ahead.ts";
import { ConnectionStore, type RowStore } from "./row-store.ts";
import { StoreThread, type StoreThreadSetting } from "./store-thread.ts";

export class ThreadedStore implements RowStore {
  readonly #connection: LedgerConnection;
  readonly #autoMigrate: boolean;
  readonly #logger: Logger;
  /** For where there is no thread. */
  readonly #fallback: RowStore;
  readonly #closed = new AbortController();
  #thread: StoreThread | undefined;

  /** @param connection Of this thread; the other one is told where it leads. */
  constructor(
    connection: LedgerConnection,
    { autoMigrate }: Pick<StoreThreadSetting, "autoMigrate">,
    clock: Clock,
    logger: Logger,
  ) {
    this.#connection = connection;
    this.#autoMigrate = autoMigrate;
    this.#logger = logger;
    this.#fallback = new ConnectionStore(
      withMonthsAhead(() => connection.connect(), clock, logger),
    );
  }

  /** Connects before there are rows. Never rejects: the first row finds out what is wrong. */
  async prepare(): Promise<void> {
    await this.insert([], this.#closed.signal).catch(() => undefined);
  }

  async insert(lines: readonly string[], signal: AbortSignal): Promise<void> {
    const thread = this.#threadAt(await this.#connection.locate());
    if (await thread.insert(lines)) return;
    signal.throwIfAborted();
    await this.#fallback.insert(lines, signal);
  }

  /** Cuts what is under way. The connection is closed by whoever opened it. */
  async close(): Promise<void> {
    this.#closed.abort();
    await this.#thread?.close();
  }

  /** An embedded server that was started anew may have moved. */
  #threadAt(databaseUrl: string): StoreThread {
    if (this.#thread?.databaseUrl !== databaseUrl) {
      void this.#thread?.close();
      const setting = { databaseUrl, autoMigrate: this.#autoMigrate };
      this.#thread = new StoreThread(setting, this.#logger);
    }
    return this.#thread;
  }
}
