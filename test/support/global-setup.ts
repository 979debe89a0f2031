/**
 * One real Postgres for the whole test run, with a migrated database that tests clone.
 *
 * No Postgres here fails the run: a skipped ledger test would look like a passed one.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";

import { startEmbeddedPostgres } from "../../src/database/embedded.ts";
import { migrate } from "../../src/database/migrate.ts";
import { openPool } from "../../src/database/pool.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The database `postgres` of the run's own server, as its superuser. */
    readonly postgresUrl: string;
    /** Name of a database with every migration applied, and no rows. */
    readonly templateDatabase: string;
  }
}

const TEMPLATE = "spendspan_template";
const logger = { info: (): void => undefined, warn: console.warn };

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), "spendspan-test-"));
  const server = await startEmbeddedPostgres({
    dataDir: join(directory, "postgres"),
    logger,
    fsync: false,
  });
  const admin = await openPool({ url: server.url, logger });
  await admin.query(`create database ${TEMPLATE}`);
  await admin.end();
  const template = await openPool({ url: databaseUrl(server.url, TEMPLATE), logger });
  await migrate(template);
  await template.end();

  project.provide("postgresUrl", server.url);
  project.provide("templateDatabase", TEMPLATE);
  return async () => {
    await server.stop();
    await rm(directory, { recursive: true });
  };
}

/** The URL of another database on the same server. */
function databaseUrl(serverUrl: string, database: string): string {
  const url = new URL(serverUrl);
  url.pathname = database;
  return url.href;
}
