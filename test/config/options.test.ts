import { describe, expect, expectTypeOf, test } from "vitest";

import { ENVIRONMENT, type OptionName, type SpendspanOptions } from "../../src/config/options.ts";
import { type Config, resolveConfig } from "../../src/config/resolve.ts";
import { KeptLogger } from "../support/logger.ts";

const WEATHER = { provider: "openweathermap", host: "api.openweathermap.org", endpoint: "weather" };

/** Each option once: its value in code, and where it has a variable, the same as text. */
const VALUES = {
  databaseUrl: { text: "postgres://me@db/app", value: "postgres://me@db/app" },
  embedded: { text: "no", value: false },
  autoMigrate: { text: "0", value: false },
  dataDir: { text: "/var/lib/app", value: "/var/lib/app" },
  strictBrand: { text: "TRUE", value: true },
  brands: { text: "acme, globex", value: ["acme", "globex"] },
  models: { text: "gemini-2.5-flash,", value: ["gemini-2.5-flash"] },
  baseUrls: {
    text: "https://a.example,http://b.example/x",
    value: ["https://a.example", "http://b.example/x"],
  },
  httpRules: { text: undefined, value: [WEATHER] },
  prices: { text: undefined, value: [{ id: "gemini-9-flash", input: "0.25" }] },
  pricesFile: { text: "test/fixtures/prices.json", value: "test/fixtures/prices.json" },
  priceTimeZone: { text: "Europe/Berlin", value: "Europe/Berlin" },
  maxPriceAgeDays: { text: "30", value: 30 },
  endpoints: { text: "chat, extract", value: ["chat", "extract"] },
  server: { text: "off", value: false },
  host: { text: "0.0.0.0", value: "0.0.0.0" },
  port: { text: "9100", value: 9_100 },
  portRange: { text: "8", value: 8 },
  token: { text: "0123456789abcdef", value: "0123456789abcdef" },
  fingerprintKey: { text: "a secret of the app", value: "a secret of the app" },
  openTelemetry: { text: "join", value: "join" },
  logEvents: { text: "yes", value: true },
  maxBrandLabels: { text: "1", value: 1 },
  journal: { text: "no", value: false },
  maxJournalBytes: { text: "1048576", value: 1_048_576 },
  maxSeries: { text: "100", value: 100 },
  ledgerGauges: { text: "on", value: true },
  ledgerRefreshIntervalMs: { text: "15000", value: 15_000 },
  budgetsFile: { text: "test/fixtures/budgets.json", value: "test/fixtures/budgets.json" },
  budgetTimeZone: { text: "Asia/Kolkata", value: "Asia/Kolkata" },
  maxPendingRows: { text: "500", value: 500 },
  flushIntervalMs: { text: "250", value: 250 },
  shutdownTimeoutMs: { text: "0", value: 0 },
  disabled: { text: "yes", value: true },
  logger: { text: undefined, value: new KeptLogger() },
} as const satisfies { readonly [N in OptionName]: Value<N> };

interface Value<N extends OptionName> {
  readonly text: string | undefined;
  readonly value: SpendspanOptions[N];
}

const entries = Object.entries(VALUES) as [OptionName, Value<OptionName>][];
const withVariable = entries.filter(([name]) => ENVIRONMENT[name] !== undefined);

describe("options, variables and Config stay in step", () => {
  test("a Config has what the options have, no more and no less", () => {
    expectTypeOf<keyof Config>().toEqualTypeOf<OptionName>();
    expect(Object.keys(resolveConfig({}, {})).toSorted()).toEqual(
      Object.keys(ENVIRONMENT).toSorted(),
    );
  });

  test("every option is optional, and every value of a Config is settled but for five", () => {
    expectTypeOf<Record<never, never>>().toExtend<SpendspanOptions>();
    expectTypeOf<Config>().toExtend<{ readonly [N in OptionName]: unknown }>();
    type Unsettled = "databaseUrl" | "pricesFile" | "token" | "fingerprintKey" | "budgetsFile";
    expectTypeOf<Omit<Config, Unsettled>>().toExtend<Required<Omit<SpendspanOptions, Unsettled>>>();
    const unsettled = Object.entries(resolveConfig({}, {})).filter(
      ([, value]) => value === undefined,
    );
    expect(unsettled.map(([name]) => name)).toEqual([
      "databaseUrl",
      "pricesFile",
      "token",
      "fingerprintKey",
      "budgetsFile",
    ]);
  });

  test.each(withVariable)("%s has the variable that its name says", (name) => {
    const inCapitals = name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
    expect(ENVIRONMENT[name]).toBe(`SPENDSPAN_${inCapitals}`);
  });

  test("an option without a variable is one that text can't express", () => {
    const without = entries.filter(([name]) => ENVIRONMENT[name] === undefined);
    expect(without.map(([name]) => name)).toEqual(["httpRules", "prices", "logger"]);
  });
});

describe("every option takes effect", () => {
  test.each(entries)("%s, given in code", (name, { value }) => {
    expect(resolveConfig({ [name]: value }, {})[name]).toEqual(value);
  });

  test.each(withVariable)("%s, given in the environment", (name, { text, value }) => {
    expect(resolveConfig({}, { [String(ENVIRONMENT[name])]: text })[name]).toEqual(value);
  });

  test.each(entries)(
    "%s is not what it is by default, so that the above can fail",
    (name, { value }) => {
      expect(resolveConfig({}, {})[name]).not.toEqual(value);
    },
  );
});
