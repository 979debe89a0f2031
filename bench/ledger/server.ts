/** A Postgres of the benchmark's own, and databases on it that begin alike: migrated, without rows. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Pool } from "pg";

import { type EmbeddedPostgres, startEmbeddedPostgres } from "../../src/database/embedded.ts";
import { migrate } from "../../src/database/migrate.ts";
import { openPool } from "../../src/database/pool.ts";

export const quiet = { info: (): void => {}, warn: console.error };

const TEMPLATE = "migrated";

export interface Database {
  readonly pool: Pool;
  readonly url: string;
}

export class Server implements AsyncDisposable {
  readonly #postgres: EmbeddedPostgres;
  readonly #dataDir: string;
  readonly #admin: Pool;
  readonly #pools: Pool[] = [];

  private constructor(postgres: EmbeddedPostgres, dataDir: string, admin: Pool) {
    this.#postgres = postgres;
    this.#dataDir = dataDir;
    this.#admin = admin;
  }

  /** With the settings, and so the care for what was committed, of the embedded server. */
  static async start(): Promise<Server> {
    const dataDir = await mkdtemp(join(tmpdir(), "spendspan-bench-"));
    const postgres = await startEmbeddedPostgres({
      dataDir: join(dataDir, "postgres"),
      logger: quiet,
    });
    const admin = await openPool({ url: postgres.url, logger: quiet });
    const server = new Server(postgres, dataDir, admin);
    await admin.query(`create database ${TEMPLATE}`);
    const template = await server.open(TEMPLATE, 1);
    await migrate(template.pool);
    await template.pool.end();
    return server;
  }

  async version(): Promise<string> {
    const { rows } = await this.#admin.query<{ server_version: string }>("show server_version");
    return rows[0]!.server_version;
  }

  async make(name: string, maxConnections = 2): Promise<Database> {
    await this.#admin.query(`create database ${name} template ${TEMPLATE}`);
    return this.open(name, maxConnections);
  }

  async open(name: string, maxConnections: number): Promise<Database> {
    const url = new URL(this.#postgres.url);
    url.pathname = name;
    const pool = await openPool({ url: url.href, logger: quiet, maxConnections });
    this.#pools.push(pool);
    return { pool, url: url.href };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const pool of [...this.#pools, this.#admin]) if (!pool.ended) await pool.end();
    await this.#postgres.stop();
    await rm(this.#dataDir, { recursive: true });
  }
}
