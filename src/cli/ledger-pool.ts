/** The ledger's Postgres, for as long as a command works on it. */
import { errorCodeOf, SpendspanError } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import { resolveConfig } from "../config/resolve.ts";
import { openPool } from "../database/pool.ts";
import { type Flags, type FlagSpecs, UsageError } from "./flags.ts";
import type { Terminal } from "./terminal.ts";

type Pool = Awaited<ReturnType<typeof openPool>>;

/** SQLSTATE. */
const UNDEFINED_TABLE = "42P01";

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
  } catch (cause) {
    if (errorCodeOf(cause) !== UNDEFINED_TABLE) throw cause;
    const message = "The ledger has no tables yet: run `spendspan migrate`";
    throw new SpendspanError("ERR_DATABASE", message, { cause });
  } finally {
    await pool.end();
  }
}
