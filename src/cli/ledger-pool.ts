/** The ledger's Postgres, for as long as a command works on it. */
import { existsSync } from "node:fs";
import { join } from "node:path";

import { scrubbed } from "../base/error-text.ts";
import { ConfigError, messageOf, SpendspanError } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import type { SpendspanOptions } from "../config/options.ts";
import { type Config, resolveConfig } from "../config/resolve.ts";
import { LedgerConnection } from "../database/connection.ts";
import { withTables } from "../database/missing-tables.ts";
import { type Flags, type FlagSpecs, UsageError } from "./flags.ts";
import type { Terminal } from "./terminal.ts";

type Pool = Awaited<ReturnType<LedgerConnection["connect"]>>;

const CLOSE_TIMEOUT_MS = 5_000;

export const DATABASE_FLAGS: FlagSpecs = {
  "database-url": {
    value: "<url>",
    help: "Postgres of the ledger (default: SPENDSPAN_DATABASE_URL, then DATABASE_URL, then the embedded one)",
  },
};

/**
 * The configuration of a command on the ledger: its flags, then `options`, then the environment.
 *
 * @throws UsageError when nothing says where the ledger is.
 * @throws ConfigError when an option or a variable breaks a rule.
 */
export function ledgerConfig(
  flags: Flags,
  terminal: Terminal,
  options: SpendspanOptions = {},
): Config {
  const databaseUrl = flags.text("database-url");
  const given = {
    ...options,
    logger: complaintsTo(terminal),
    ...(databaseUrl !== undefined && { databaseUrl }),
  };
  const config = resolveConfig(given, terminal.environment);
  if (config.databaseUrl !== undefined || (config.embedded && hasEmbedded(config))) return config;
  const reason = config.embedded
    ? `there is no embedded ledger under ${config.dataDir}`
    : "the embedded ledger is off, which it is by default where NODE_ENV is production";
  throw new UsageError(
    `Expected a database: set DATABASE_URL, or give --database-url, as ${reason}`,
  );
}

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
  await withConnection(ledgerConfig(flags, terminal), fn);
}

/**
 * Runs `fn` with connections to the ledger at `url`, else to the embedded one, whatever the environment
 * says, and closes them.
 *
 * @param flag Which gave `url`.
 * @throws UsageError when there is no embedded one.
 * @throws ConfigError when `url` is none of Postgres.
 */
export async function withLedgerAt(
  flag: "from" | "to",
  url: string | undefined,
  terminal: Terminal,
  fn: (pool: Pool) => Promise<void>,
): Promise<void> {
  const options = {
    logger: complaintsTo(terminal),
    ...(url !== undefined && { databaseUrl: url }),
  };
  const resolved = namingFlag(flag, () => resolveConfig(options, terminal.environment));
  const config = { ...resolved, databaseUrl: url };
  if (url === undefined && !hasEmbedded(config)) {
    throw new UsageError(`Expected --from, as there is no embedded ledger under ${config.dataDir}`);
  }
  await withConnection({ ...config, embedded: true }, fn);
}

/** Of two databases, which one is wrong. */
function namingFlag(flag: string, resolve: () => Config): Config {
  try {
    return resolve();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new ConfigError(error.faults.map((fault) => fault.replace("`databaseUrl`", `--${flag}`)));
  }
}

async function withConnection(config: Config, fn: (pool: Pool) => Promise<void>): Promise<void> {
  const ledger = new LedgerConnection({ ...config, autoMigrate: false });
  try {
    await withTables(async () => withReachable(await ledger.connect(), fn));
  } finally {
    await ledger.close(CLOSE_TIMEOUT_MS);
  }
}

/**
 * Runs `fn`, and when it fails, sees whether that is for want of a connection: what the driver has
 * against one says neither whose it is nor, often, a code.
 */
async function withReachable(pool: Pool, fn: (pool: Pool) => Promise<void>): Promise<void> {
  try {
    await fn(pool);
  } catch (error) {
    if (!(error instanceof SpendspanError || error instanceof UsageError)) await reach(pool);
    throw error;
  }
}

async function reach(pool: Pool): Promise<void> {
  try {
    (await pool.connect()).release();
  } catch (cause) {
    const message = `Postgres can't be reached: ${messageOf(cause)}`;
    throw new SpendspanError("ERR_DATABASE", message, { cause });
  }
}

function hasEmbedded({ dataDir }: Config): boolean {
  return existsSync(join(dataDir, "postgres"));
}

function complaintsTo(terminal: Terminal): Logger {
  return {
    info: () => {},
    warn: (message, cause) =>
      terminal.complain(
        cause === undefined ? message : `${message}: ${scrubbed(messageOf(cause))}`,
      ),
  };
}
