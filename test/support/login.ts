/** A login of a test's own, with the rights of one of the ledger's roles. */
import type { Pool } from "pg";

import { openPool } from "../../src/database/pool.ts";
import type { TestDatabase } from "./database.ts";
import { KeptLogger } from "./logger.ts";

export interface Login {
  /** Of the server, as all roles are, and so named after the test's database. */
  readonly name: string;
  readonly pool: Pool;
  readonly url: string;
}

/** Runs `fn` with a login that is a member of `role`, and drops it. */
export async function withLogin<T>(
  { pool, url }: TestDatabase,
  role: string,
  fn: (login: Login) => Promise<T>,
): Promise<T> {
  const name = `${role}_${new URL(url).pathname.slice(1)}`;
  await pool.query(`create role ${name} login password 'x' in role ${role}`);
  const ownUrl = Object.assign(new URL(url), { username: name, password: "x" }).href;
  const ownPool = await openPool({ url: ownUrl, logger: new KeptLogger() });
  try {
    return await fn({ name, pool: ownPool, url: ownUrl });
  } finally {
    await ownPool.end();
    await pool.query(`drop owned by ${name}; drop role ${name}`);
  }
}
