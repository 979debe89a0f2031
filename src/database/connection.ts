/**
 * The ledger's database, opened once for whoever asks first: the one that was named, or one of our
 * own beside the app. Its schema is brought up to date before anybody gets it.
 */
import { join } from "node:path";
import type { Pool } from "pg";

import { settledWithin } from "../base/deadline.ts";
import { SpendspanError } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "./embedded.ts";
import { migrate } from "./migrate.ts";
import { openPool } from "./pool.ts";

export interface ConnectionOptions {
  readonly databaseUrl: string | undefined;
  /** Start a Postgres under `dataDir` when there is no URL. */
  readonly embedded: boolean;
  readonly autoMigrate: boolean;
  readonly dataDir: string;
  readonly logger: Logger;
  /** Told what takes the seconds of a first start. */
  readonly onProgress?: (message: string) => void;
}

export class LedgerConnection {
  readonly #options: ConnectionOptions;
  /** Ends a migration that waits for its turn. */
  readonly #closed = new AbortController();
  #locating: Promise<string> | undefined;
  #opening: Promise<Pool> | undefined;
  #server: EmbeddedPostgres | undefined;
  #pool: Pool | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  /** The database's URL, with its password, once it is known. */
  get url(): string | undefined {
    return this.#options.databaseUrl ?? this.#server?.url;
  }

  /**
   * The pool, ready to be written to. Failure is not remembered: the next call tries again. Nor is
   * an embedded server that has ended, as one does that was joined when its own process ends.
   *
   * @throws SpendspanError `ERR_DATABASE` when there is no database to open, or after `close`; and
   *   what `openPool`, `migrate` and `startEmbeddedPostgres` throw.
   */
  async connect(): Promise<Pool> {
    this.#requireOpen();
    this.#opening ??= this.#open().catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }

  /**
   * The URL, for a thread that connects by itself. An embedded server runs then.
   *
   * @throws SpendspanError `ERR_DATABASE` likewise; and what `startEmbeddedPostgres` throws.
   */
  async locate(): Promise<string> {
    this.#requireOpen();
    return this.#located();
  }

  /**
   * Closes what was opened here: the connections, then the server. Waits for at most `timeoutMs`;
   * what hangs for longer is closed when it comes back. Never rejects.
   */
  close(timeoutMs: number): Promise<void> {
    this.#closing ??= settledWithin(timeoutMs, this.#end());
    this.#closed.abort();
    return this.#closing;
  }

  async #end(): Promise<void> {
    await Promise.allSettled([this.#locating, this.#opening]);
    await this.#pool?.end();
    await this.#server?.stop();
  }

  #requireOpen(): void {
    if (this.#closing !== undefined) {
      throw new SpendspanError("ERR_DATABASE", "The ledger's database was closed by shutdown()");
    }
    if (this.#server?.isRunning() === false) this.#forget();
  }

  #forget(): void {
    void this.#pool?.end();
    void this.#server?.stop();
    this.#locating = undefined;
    this.#opening = undefined;
    this.#pool = undefined;
    this.#server = undefined;
  }

  async #open(): Promise<Pool> {
    const url = await this.#located();
    this.#pool ??= await openPool({ url, logger: this.#options.logger });
    if (this.#options.autoMigrate) await migrate(this.#pool, { signal: this.#closed.signal });
    return this.#pool;
  }

  #located(): Promise<string> {
    this.#locating ??= this.#findUrl().catch((error: unknown) => {
      this.#locating = undefined;
      throw error;
    });
    return this.#locating;
  }

  async #findUrl(): Promise<string> {
    const { databaseUrl, embedded, dataDir, logger, onProgress } = this.#options;
    if (databaseUrl !== undefined) return databaseUrl;
    if (!embedded) {
      const rule = "Expected a database: set DATABASE_URL, or the option `databaseUrl`";
      throw new SpendspanError("ERR_DATABASE", `${rule}; until then rows wait`);
    }
    this.#server ??= await startEmbeddedPostgres({
      dataDir: join(dataDir, "postgres"),
      logger,
      ...(onProgress && { onProgress }),
    });
    return this.#server.url;
  }
}
