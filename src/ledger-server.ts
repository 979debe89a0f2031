/**
 * What `spendspan serve` runs: the ledger's gauges and reports at a port, for everyone who has no app of
 * their own to ask. It meters nothing and writes nothing, so a role that may only read is enough.
 *
 * It stays up without its database: the gauges then say since when they are stale.
 */
import { type Clock, isoTimestamp, systemClock } from "./base/clock.ts";
import { settledWithin } from "./base/deadline.ts";
import { throttled } from "./base/logger.ts";
import type { Config } from "./config/resolve.ts";
import { LedgerConnection } from "./database/connection.ts";
import { withTables } from "./database/missing-tables.ts";
import { openEndpoint } from "./endpoint.ts";
import type { HttpServer } from "./http/server.ts";
import { createUsageHandler } from "./http/usage-route.ts";
import { createLedgerGauges } from "./ledger-spend.ts";
import type { LedgerGauges } from "./metrics/ledger-gauges.ts";
import { createPrometheusText } from "./metrics/prometheus.ts";
import { getUsageStats } from "./stats/queries.ts";

export interface LedgerServer {
  /** `http://127.0.0.1:9464`, with the port that was taken. */
  readonly url: string;
  /** Ends answers under way, and closes what was opened. Never rejects. */
  close(): Promise<void>;
}

const LOG_EVERY_MS = 60_000;
/** So long the port waits for it: whoever asks whether we live must not be kept waiting for Postgres. */
const FIRST_READING_MS = 5_000;
const OTHER_PORT = "choose another by --port or SPENDSPAN_PORT";

/**
 * Resolves when the port is open, which is most often after the first reading of the ledger.
 *
 * @throws SpendspanError `ERR_CONFIG` when the address can't be listened on.
 */
export async function startLedgerServer(
  config: Config,
  clock: Clock = systemClock,
): Promise<LedgerServer> {
  const logger = throttled(config.logger, LOG_EVERY_MS, () => clock.monotonicMs());
  const connection = new LedgerConnection({ ...config, autoMigrate: false, logger });
  const gauges = createLedgerGauges(config, { connection, clock, logger });
  const usageHandler = createUsageHandler({
    usage: (query) =>
      withTables(async () => getUsageStats(await connection.connect(), query, clock)),
    bearerToken: config.token,
    logger,
  });
  const metrics = createPrometheusText({ sources: [() => gauges.families()], logger });
  gauges.start();
  // Joins the first reading, so that no scrape finds an empty page where there is a ledger.
  await settledWithin(FIRST_READING_MS, gauges.refresh());
  const ledger = () => ({
    read_at: gauges.readAtMs === undefined ? null : isoTimestamp(gauges.readAtMs),
  });
  const close = (server?: HttpServer) => closeAll(server, gauges, connection, config);
  try {
    const parts = { metrics, usageHandler, ledger, logger };
    const server = await openEndpoint(parts, config, OTHER_PORT);
    return { url: server.url, close: () => close(server) };
  } catch (error) {
    await close();
    throw error;
  }
}

async function closeAll(
  server: HttpServer | undefined,
  gauges: LedgerGauges,
  connection: LedgerConnection,
  { shutdownTimeoutMs }: Config,
): Promise<void> {
  gauges.close();
  await Promise.all([server?.close(shutdownTimeoutMs), connection.close(shutdownTimeoutMs)]);
}
