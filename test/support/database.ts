/** A scope with a database of its own, cloned from the migrated template and dropped at its end. */
import { randomUUID } from "node:crypto";
import type { Pool } from "pg";
import { inject } from "vitest";

import { openPool } from "../../src/database/pool.ts";

export interface TestDatabase {
  readonly pool: Pool;
  readonly url: string;
}

const logger = { info: (): void => undefined, warn: console.warn };

/** Runs `fn` with a migrated database without rows. */
export async function withDatabase<T>(fn: (database: TestDatabase) => Promise<T>): Promise<T> {
  return withDatabaseFrom(inject("templateDatabase"), fn);
}

/** Runs `fn` with a database that holds nothing at all. */
export async function withEmptyDatabase<T>(fn: (database: TestDatabase) => Promise<T>): Promise<T> {
  return withDatabaseFrom("template0", fn);
}

async function withDatabaseFrom<T>(
  template: string,
  fn: (database: TestDatabase) => Promise<T>,
): Promise<T> {
  const name = `test_${randomUUID().replaceAll("-", "")}`;
  const admin = await openPool({ url: inject("postgresUrl"), logger, maxConnections: 1 });
  try {
    await admin.query(`create database ${name} template ${template}`);
    const url = new URL(inject("postgresUrl"));
    url.pathname = name;
    const pool = await openPool({ url: url.href, logger });
    try {
      return await fn({ pool, url: url.href });
    } finally {
      await pool.end();
      // A test may leave connections of other processes behind, or fail with some open.
      await admin.query(`drop database ${name} with (force)`);
    }
  } finally {
    await admin.end();
  }
}
