/** Options, environment and defaults become one checked, frozen Config. Nothing below knows of them. */
import { DAY_MS } from "../base/clock.ts";
import { ConfigError } from "../base/errors.ts";
import { defaultLogger, type Logger } from "../base/logger.ts";
import { isRecord } from "../base/rule.ts";
import { readBudgets } from "../budget/budget-file.ts";
import { GOOGLE_TIME_ZONE, isTimeZone } from "../pricing/effective-date.ts";
import type { UserPrice } from "../pricing/user-price.ts";
import { type HttpRule, httpRuleFaults } from "../providers/http-rule.ts";
import { isTagValue, TAG_RULE } from "../usage/tags.ts";
import { type Environment, OptionReader } from "./option-reader.ts";
import type { SpendspanOptions } from "./options.ts";
import { userPricesOf } from "./user-prices.ts";

export interface Config {
  readonly disabled: boolean;
  readonly databaseUrl: string | undefined;
  readonly embedded: boolean;
  readonly autoMigrate: boolean;
  readonly dataDir: string;
  readonly journal: boolean;
  readonly maxJournalBytes: number;
  readonly strictBrand: boolean;
  readonly brands: readonly string[];
  readonly models: readonly string[];
  readonly endpoints: readonly string[];
  readonly baseUrls: readonly string[];
  readonly httpRules: readonly HttpRule[];
  /** Those of `pricesFile` too; of two that hold, the later counts. */
  readonly prices: readonly UserPrice[];
  readonly pricesFile: string | undefined;
  readonly priceTimeZone: string;
  readonly maxPriceAgeDays: number;
  readonly server: boolean;
  readonly host: string;
  readonly port: number;
  readonly portRange: number;
  readonly token: string | undefined;
  readonly fingerprintKey: string | undefined;
  readonly openTelemetry: "auto" | "join";
  readonly logEvents: boolean;
  readonly maxBrandLabels: number;
  readonly maxSeries: number;
  readonly ledgerGauges: boolean;
  readonly ledgerRefreshIntervalMs: number;
  readonly budgetsFile: string | undefined;
  readonly budgetTimeZone: string;
  readonly maxPendingRows: number;
  readonly flushIntervalMs: number;
  readonly shutdownTimeoutMs: number;
  readonly logger: Logger;
}

const MIN_SECRET_LENGTH = 16;
const MIB = 1_048_576;
const POSTGRES: readonly string[] = ["postgres:", "postgresql:"];
const HTTP: readonly string[] = ["http:", "https:"];
/** Under these, a call outside `withUsage({ endpoint })` is booked. */
const GENERATE_METHODS: readonly string[] = ["generateContent", "streamGenerateContent"];
/** The variables by which `@google/genai` itself is pointed elsewhere. */
const SDK_BASE_URLS = ["GOOGLE_GEMINI_BASE_URL", "GOOGLE_VERTEX_BASE_URL"];

/** @throws ConfigError naming every fault, not only the first. */
export function resolveConfig(options: SpendspanOptions, environment: Environment): Config {
  // Not shown: what came in place of the options may be a URL, with its password.
  if (!isRecord(options)) throw new ConfigError(["Expected the options of init() to be an object"]);
  const read = new OptionReader(options, environment);
  const config: Config = {
    disabled: read.boolean("disabled", false),
    databaseUrl: databaseUrlOf(read),
    embedded: read.boolean("embedded", environment["NODE_ENV"] !== "production"),
    autoMigrate: read.boolean("autoMigrate", true),
    dataDir: read.text("dataDir", ".spendspan"),
    journal: read.boolean("journal", true),
    maxJournalBytes: read.integer("maxJournalBytes", 256 * MIB, [MIB, 1024 * 1024 * MIB]),
    strictBrand: read.boolean("strictBrand", false),
    brands: brandsOf(read),
    models: read.list("models"),
    endpoints: read.given("endpoints") ? read.list("endpoints") : GENERATE_METHODS,
    baseUrls: baseUrlsOf(read),
    httpRules: httpRulesOf(read, options),
    prices: userPricesOf(read),
    pricesFile: read.text("pricesFile", undefined),
    priceTimeZone: timeZoneOf(read, "priceTimeZone", GOOGLE_TIME_ZONE),
    maxPriceAgeDays: read.integer("maxPriceAgeDays", 90, [1, 36_500]),
    server: read.boolean("server", true),
    host: read.text("host", "127.0.0.1"),
    port: read.integer("port", 9_464, [0, 65_535]),
    portRange: read.integer("portRange", 1, [1, 1_000]),
    token: read.secret("token", MIN_SECRET_LENGTH),
    fingerprintKey: read.secret("fingerprintKey", MIN_SECRET_LENGTH),
    openTelemetry: read.choice("openTelemetry", ["auto", "join"], "auto"),
    logEvents: read.boolean("logEvents", false),
    maxBrandLabels: read.integer("maxBrandLabels", 500, [1, 100_000]),
    maxSeries: read.integer("maxSeries", 5_000, [100, 1_000_000]),
    ledgerGauges: read.boolean("ledgerGauges", false),
    ledgerRefreshIntervalMs: read.integer("ledgerRefreshIntervalMs", 30_000, [1_000, DAY_MS]),
    budgetsFile: budgetsFileOf(read),
    budgetTimeZone: timeZoneOf(read, "budgetTimeZone", "UTC"),
    maxPendingRows: read.integer("maxPendingRows", 100_000, [1, 10_000_000]),
    flushIntervalMs: read.integer("flushIntervalMs", 1_000, [1, DAY_MS]),
    shutdownTimeoutMs: read.integer("shutdownTimeoutMs", 5_000, [0, DAY_MS]),
    logger: loggerOf(read, options),
  };
  read.throwFaults();
  return Object.freeze(config);
}

function databaseUrlOf(read: OptionReader): string | undefined {
  const given = read.given("databaseUrl") ?? read.variable("DATABASE_URL");
  return given && read.url(given, POSTGRES);
}

function baseUrlsOf(read: OptionReader): readonly string[] {
  const ofSdk = SDK_BASE_URLS.flatMap((name) => read.variable(name) ?? []);
  return [...read.each("baseUrls"), ...ofSdk].flatMap((given) => read.url(given, HTTP) ?? []);
}

function brandsOf(read: OptionReader): readonly string[] {
  return read.each("brands").flatMap((given) => {
    if (isTagValue(given.value)) return [given.value];
    read.expected(given, `to be names of ${TAG_RULE}`);
    return [];
  });
}

function httpRulesOf(
  read: OptionReader,
  { httpRules = [] }: SpendspanOptions,
): readonly HttpRule[] {
  const rules = read.each("httpRules");
  const strays = rules.filter(({ value }) => typeof value !== "object" || value === null);
  for (const stray of strays) read.expected(stray, "to be HTTP rules");
  if (rules.length === 0 || strays.length > 0) return [];
  for (const fault of httpRules.flatMap(httpRuleFaults)) read.fault(fault);
  return [...httpRules];
}

/** The file is read with each reading of the ledger; here it is only asked whether it is sound. */
function budgetsFileOf(read: OptionReader): string | undefined {
  const path = read.text("budgetsFile", undefined);
  const faults: string[] = [];
  if (path !== undefined) readBudgets(path, read.given("budgetsFile")?.name ?? path, faults);
  for (const fault of faults) read.fault(fault);
  return path;
}

function timeZoneOf(
  read: OptionReader,
  name: "budgetTimeZone" | "priceTimeZone",
  defaultValue: string,
): string {
  const given = read.given(name);
  if (given === undefined) return defaultValue;
  if (typeof given.value === "string" && isTimeZone(given.value)) return given.value;
  read.expected(given, "to be the IANA name of a time zone");
  return defaultValue;
}

function loggerOf(read: OptionReader, { logger = defaultLogger }: SpendspanOptions): Logger {
  // It is called where nothing may throw, so a half logger is found out here.
  if (typeof logger?.info !== "function" || typeof logger.warn !== "function") {
    read.fault("Expected `logger` to have the methods `info` and `warn`");
  }
  return logger;
}
