/**
 * Connections to Postgres, and transactions that also work through pgbouncer in transaction mode:
 * no start-up parameters, no named statements, and timeouts set inside the transaction they are for.
 */
import type { Client, Pool, PoolClient } from "pg";

import type { Logger } from "../base/logger.ts";
import { untraced } from "../base/untraced.ts";
import { tlsAdvice } from "./tls.ts";

export interface PoolOptions {
  /** `postgres://…`; what it leaves out comes from the PG* variables. */
  readonly url: string;
  readonly logger: Logger;
  /** @defaultValue `4` */
  readonly maxConnections?: number;
}

export interface TransactionOptions {
  /**
   * Longest time for one statement, which the server keeps to; and, a little longer, for all of it
   * should the server be silent. Whole milliseconds; 0 is forever.
   */
  readonly timeoutMs: number;
  readonly readOnly?: boolean;
  /** Cuts the connection, whatever the server is doing. */
  readonly signal?: AbortSignal;
}

const DEFAULT_MAX_CONNECTIONS = 4;
const CONNECT_TIMEOUT_MS = 5_000;
/** A server that lives says by itself that time is up; one that hangs gets this much longer. */
const SILENCE_MS = 2_000;

/** A pool that connects when it is first used. Close it with `end()`. */
export async function openPool(options: PoolOptions): Promise<Pool> {
  const { url, logger, maxConnections = DEFAULT_MAX_CONNECTIONS } = options;
  // Loading pg takes over 10 ms, which an app without a database need not spend.
  const { Client, Pool } = await import("pg");
  const pool = new Pool({
    Client: hangingUp(Client),
    connectionString: url,
    max: maxConnections,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    allowExitOnIdle: true,
    // The one start-up parameter that pgbouncer takes; a URL or PGAPPNAME may say otherwise.
    fallback_application_name: "spendspan",
  });
  // An idle connection that breaks is an `error` event on the pool, and without a listener the end
  // of the process. The pool has dropped the connection by then: the next use opens another.
  pool.on("error", (error) => {
    // Of a pool that was ended some may still be closing, and break with a server that ends then too.
    if (!pool.ending) logger.info(`An idle database connection broke: ${error.message}`);
  });
  // Likewise one that breaks while checked out; the query that runs, or is next, fails by itself.
  pool.on("connect", (client) => client.on("error", () => undefined));
  pool.once("connect", (client) => {
    const advice = tlsAdvice(client, url);
    if (advice !== undefined) logger.warn(advice);
  });
  return pool;
}

/**
 * Clients that close a connection which came to nothing. pg leaves it open where it gives up itself,
 * as for want of a password: app and server would then wait a minute for one another.
 */
function hangingUp(PgClient: typeof Client): typeof Client {
  return class extends PgClient {
    override connect(): Promise<Client>;
    override connect(callback: (error: Error | null) => void): void;
    override connect(callback?: (error: Error | null) => void): Promise<Client> | void {
      if (callback === undefined) return super.connect();
      return super.connect((error: Error | null) => {
        if (error instanceof Error) void this.end();
        callback(error);
      });
    }
  };
}

/**
 * Runs `fn` in a transaction of its own: committed when it resolves, rolled back when it rejects.
 * Leaves no spans in the app's traces.
 */
export async function inTransaction<T>(
  pool: Pool,
  options: TransactionOptions,
  fn: (client: PoolClient) => Promise<T>,
): Promise<T> {
  return untraced(async () => {
    const lease = new Lease(await pool.connect(), options);
    try {
      await lease.client.query(beginStatement(options));
      const result = await fn(lease.client);
      await lease.client.query("commit");
      lease.end(false);
      return result;
    } catch (error) {
      // Most often the statement was at fault: the connection is kept, since a new one costs far more.
      const rolledBack = await lease.client.query("rollback").then(
        () => true,
        () => false,
      );
      lease.end(!rolledBack);
      throw error;
    }
  });
}

/** A connection on loan from the pool, which is given back once: by us, or by whoever cuts it. */
class Lease {
  readonly client: PoolClient;
  readonly #signal: AbortSignal | undefined;
  readonly #timer: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(client: PoolClient, { timeoutMs, signal }: TransactionOptions) {
    this.client = client;
    this.#signal = signal;
    if (timeoutMs > 0) this.#timer = setTimeout(this.#cut, timeoutMs + SILENCE_MS).unref();
    signal?.addEventListener("abort", this.#cut);
    if (signal?.aborted === true) this.#cut();
  }

  end(broken: boolean): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#signal?.removeEventListener("abort", this.#cut);
    this.client.release(broken);
  }

  /** Whatever is asked of the connection then fails at once. */
  readonly #cut = (): void => this.end(true);
}

/**
 * Literals, not `set_config()`: Citus hands only these on. One round trip, and pgbouncer keeps it together.
 * Without JIT: Postgres turns to it for what looks dear, as all does that might look into many months,
 * and then compiles for 150 ms what runs for 10.
 */
function beginStatement({ timeoutMs, readOnly = false }: TransactionOptions): string {
  const access = readOnly ? "read only" : "read write";
  // A statement must see what was committed before it, whatever the role's default is.
  const begin = `begin isolation level read committed, ${access}`;
  return `${begin}; set local statement_timeout = ${Math.trunc(timeoutMs)}; set local jit = off`;
}
