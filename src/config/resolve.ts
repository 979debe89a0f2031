/** Options, environment and defaults become one checked, frozen Config. Nothing below knows of them. */
import { defaultLogger, type Logger } from "../base/logger.ts";
import { type HttpRule, httpRuleFaults } from "../providers/http-rule.ts";
import { isTagValue, TAG_RULE } from "../usage/tags.ts";
import { type Environment, OptionReader } from "./option-reader.ts";
import type { SpendspanOptions } from "./options.ts";

export interface Config {
  readonly disabled: boolean;
  readonly databaseUrl: string | undefined;
  readonly embedded: boolean;
  readonly autoMigrate: boolean;
  readonly dataDir: string;
  readonly strictBrand: boolean;
  readonly brands: readonly string[];
  readonly models: readonly string[];
  readonly baseUrls: readonly string[];
  readonly httpRules: readonly HttpRule[];
  readonly server: boolean;
  readonly host: string;
  readonly port: number;
  readonly token: string | undefined;
  readonly openTelemetry: "auto" | "join";
  readonly maxBrandLabels: number;
  readonly maxSeries: number;
  readonly maxPendingRows: number;
  readonly flushIntervalMs: number;
  readonly shutdownTimeoutMs: number;
  readonly logger: Logger;
}

const MIN_TOKEN_LENGTH = 16;
const DAY_MS = 86_400_000;

/** @throws ConfigError naming every fault, not only the first. */
export function resolveConfig(options: SpendspanOptions, environment: Environment): Config {
  const read = new OptionReader(options, environment);
  const config: Config = {
    disabled: read.boolean("disabled", false),
    databaseUrl: databaseUrlOf(read, environment),
    embedded: read.boolean("embedded", environment["NODE_ENV"] !== "production"),
    autoMigrate: read.boolean("autoMigrate", true),
    dataDir: read.text("dataDir", ".spendspan"),
    strictBrand: read.boolean("strictBrand", false),
    brands: brandsOf(read),
    models: read.list("models"),
    baseUrls: baseUrlsOf(read, environment),
    httpRules: options.httpRules ?? [],
    server: read.boolean("server", true),
    host: read.text("host", "127.0.0.1"),
    port: read.integer("port", 9_464, [0, 65_535]),
    token: read.secret("token", MIN_TOKEN_LENGTH),
    openTelemetry: read.choice("openTelemetry", ["auto", "join"], "auto"),
    maxBrandLabels: read.integer("maxBrandLabels", 500, [1, 100_000]),
    maxSeries: read.integer("maxSeries", 5_000, [100, 1_000_000]),
    maxPendingRows: read.integer("maxPendingRows", 100_000, [1, 10_000_000]),
    flushIntervalMs: read.integer("flushIntervalMs", 1_000, [1, DAY_MS]),
    shutdownTimeoutMs: read.integer("shutdownTimeoutMs", 5_000, [0, DAY_MS]),
    logger: options.logger ?? defaultLogger,
  };
  for (const rule of config.httpRules) httpRuleFaults(rule).forEach((fault) => read.fault(fault));
  read.throwFaults();
  return Object.freeze(config);
}

function databaseUrlOf(read: OptionReader, environment: Environment): string | undefined {
  const own = read.text("databaseUrl", undefined);
  const value = own ?? (environment["DATABASE_URL"] || undefined);
  if (value === undefined) return undefined;
  read.url({ name: own === undefined ? "DATABASE_URL" : "databaseUrl", value }, [
    "postgres:",
    "postgresql:",
  ]);
  return value;
}

function baseUrlsOf(read: OptionReader, environment: Environment): readonly string[] {
  const own = read.list("baseUrls").map((value) => ({ name: "baseUrls", value }));
  // The variables by which @google/genai itself is pointed elsewhere.
  const sdk = ["GOOGLE_GEMINI_BASE_URL", "GOOGLE_VERTEX_BASE_URL"].flatMap((name) => {
    const value = environment[name];
    return value === undefined || value === "" ? [] : [{ name, value }];
  });
  const all = [...own, ...sdk];
  for (const given of all) read.url(given, ["http:", "https:"]);
  return all.map(({ value }) => value);
}

function brandsOf(read: OptionReader): readonly string[] {
  const brands = read.list("brands");
  for (const brand of brands) {
    if (!isTagValue(brand))
      read.fault(`Expected each of \`brands\` to be ${TAG_RULE}, got ${JSON.stringify(brand)}`);
  }
  return brands;
}
