/**
 * A Postgres that one test may stop and start. Its address stays the same meanwhile, as that of a server
 * in use would, although each start takes another port.
 */
import { join } from "node:path";
import type { Pool } from "pg";
import { onTestFinished } from "vitest";

import { type EmbeddedPostgres, startEmbeddedPostgres } from "../../src/database/embedded.ts";
import { migrate } from "../../src/database/migrate.ts";
import { openPool } from "../../src/database/pool.ts";
import { runningPostmaster } from "../../src/database/postmaster.ts";
import { sendSignal } from "../../src/database/server.ts";
import type { TestDatabase } from "./database.ts";
import { TcpProxy } from "./tcp-proxy.ts";
import { temporaryDirectory } from "./temporary-directory.ts";
import { until } from "./until.ts";

/** As of `pg_ctl stop -m`: transactions are rolled back in order, or the server is gone as in a crash. */
type StopMode = "fast" | "immediate";

const logger = { info: (): void => undefined, warn: console.warn };

export class OwnPostgres implements TestDatabase {
  readonly pool: Pool;
  readonly url: string;
  readonly #dataDir: string;
  readonly #proxy: TcpProxy;
  #server: EmbeddedPostgres;

  private constructor(
    parts: TestDatabase & {
      readonly dataDir: string;
      readonly proxy: TcpProxy;
      readonly server: EmbeddedPostgres;
    },
  ) {
    this.pool = parts.pool;
    this.url = parts.url;
    this.#dataDir = parts.dataDir;
    this.#proxy = parts.proxy;
    this.#server = parts.server;
  }

  /** One that runs, with a migrated database without rows; it ends with the test. */
  static async start(): Promise<OwnPostgres> {
    const dataDir = join(temporaryDirectory(), "postgres");
    const server = await startOn(dataDir);
    const proxy = new TcpProxy(addressOf(server));
    const url = new URL(server.url);
    url.port = String(await proxy.listen());
    const pool = await openPool({ url: url.href, logger });
    await migrate(pool);
    const postgres = new OwnPostgres({ pool, url: url.href, dataDir, proxy, server });
    onTestFinished(async () => {
      await pool.end();
      await proxy.close();
      await postgres.#server.stop();
    });
    return postgres;
  }

  get isRunning(): boolean {
    return this.#server.isRunning();
  }

  /** Resolves when the server is gone. */
  async stop(mode: StopMode): Promise<void> {
    if (mode === "immediate") {
      const postmaster = await runningPostmaster(this.#dataDir);
      if (postmaster !== undefined) sendSignal(postmaster.pid, "SIGQUIT");
      await until(async () => !this.isRunning, 10_000);
    }
    await this.#server.stop();
  }

  /** Resolves when it takes connections again, and has recovered if it needs to. */
  async restart(): Promise<void> {
    this.#server = await startOn(this.#dataDir);
    this.#proxy.target = addressOf(this.#server);
  }

  /** Breaks all connections, whatever is under way on them. */
  cutConnections(): void {
    this.#proxy.cut();
  }
}

/** Without fsync: that is for the end of a machine, and what stops here is but the server. */
function startOn(dataDir: string): Promise<EmbeddedPostgres> {
  return startEmbeddedPostgres({ dataDir, logger, fsync: false });
}

function addressOf({ url }: EmbeddedPostgres): { readonly host: string; readonly port: number } {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port) };
}
