/** The ledger's Postgres, for as long as a command works on it. */
import { existsSync } from "node:fs";
import { join } from "node:path";

import { errorCodeOf, SpendspanError } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import { type Config, resolveConfig } from "../config/resolve.ts";
import { LedgerConnection } from "../database/connection.ts";
import { type Flags, type FlagSpecs, UsageError } from "./flags.ts";
import type { Terminal } from "./terminal.ts";

type Pool = Awaited<ReturnType<LedgerConnection["connect"]>>;

const CLOSE_TIMEOUT_MS = 5_000;
/** SQLSTATE: no such table, no such function. */
const UNDEFINED: ReadonlySet<string | undefined> = new Set(["42P01", "42883"]);

export const DATABASE_FLAGS: FlagSpecs = {
  "database-url": {
    value: "<url>",
    help: "Postgres of the ledger (default: SPENDSPAN_DATABASE_URL, then DATABASE_URL, then the embedded one)",
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
  const config = resolveConfig(options, terminal.environment);
  if (config.databaseUrl === undefined && !hasEmbedded(config)) {
    throw new UsageError("Expected a database: set DATABASE_URL, or give --database-url");
  }
  await withConnection(config, terminal, fn);
}

/**
 * Runs `fn` with connections to the ledger at `url`, else to the embedded one, whatever the environment
 * says, and closes them.
 *
 * @throws UsageError when there is no embedded one.
 * @throws ConfigError when `url` is none of Postgres.
 */
export async function withLedgerAt(
  url: string | undefined,
  terminal: Terminal,
  fn: (pool: Pool) => Promise<void>,
): Promise<void> {
  const options = url === undefined ? {} : { databaseUrl: url };
  const config = { ...resolveConfig(options, terminal.environment), databaseUrl: url };
  if (url === undefined && !hasEmbedded(config)) {
    throw new UsageError(`Expected --from, as there is no embedded ledger under ${config.dataDir}`);
  }
  await withConnection({ ...config, embedded: true }, terminal, fn);
}

function hasEmbedded({ dataDir }: Config): boolean {
  return existsSync(join(dataDir, "postgres"));
}

async function withConnection(
  config: Config,
  terminal: Terminal,
  fn: (pool: Pool) => Promise<void>,
): Promise<void> {
  const logger: Logger = { info: () => {}, warn: (message) => terminal.complain(message) };
  const ledger = new LedgerConnection({ ...config, autoMigrate: false, logger });
  try {
    await fn(await ledger.connect());
  } catch (cause) {
    if (!UNDEFINED.has(errorCodeOf(cause))) throw cause;
    const message = "The ledger has no tables yet: run `spendspan migrate`";
    throw new SpendspanError("ERR_DATABASE", message, { cause });
  } finally {
    await ledger.close(CLOSE_TIMEOUT_MS);
  }
}
