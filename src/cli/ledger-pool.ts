/** The ledger's Postgres, for as long as a command works on it. */
import type { Logger } from "../base/logger.ts";
import { resolveConfig } from "../config/resolve.ts";
import { openPool } from "../database/pool.ts";
import { type Flags, type FlagSpecs, UsageError } from "./flags.ts";
import type { Terminal } from "./terminal.ts";

type Pool = Awaited<ReturnType<typeof openPool>>;

export const DATABASE_FLAGS: FlagSpecs = {
  "database-url": {
    value: "<url>",
    help: "Postgres of the ledger (default: SPENDSPAN_DATABASE_URL, then DATABASE_URL)",
  },
};

/**
 * Runs `fn` with connections to the ledger, and closes them.
 *
 * @throws UsageError when nothing says where the ledger is.
 * @throws ConfigError when an option or a variable breaks a rule.
 */
export async function withLedgerPool(
  flags: Flags,
  terminal: Terminal,
  fn: (pool: Pool) => Promise<void>,
): Promise<void> {
  const given = flags.text("database-url");
  const options = given === undefined ? {} : { databaseUrl: given };
  const { databaseUrl } = resolveConfig(options, terminal.environment);
  if (databaseUrl === undefined) {
    throw new UsageError("Expected a database: set DATABASE_URL, or give --database-url");
  }
  const logger: Logger = { info: () => {}, warn: (message) => terminal.complain(message) };
  const pool = await openPool({ url: databaseUrl, logger });
  try {
    await fn(pool);
  } finally {
    await pool.end();
  }
}
