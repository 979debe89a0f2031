import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { defaultLogger } from "../../src/base/logger.ts";
import { ENVIRONMENT } from "../../src/config/options.ts";
import { faultsOf, resolve } from "../support/config.ts";

const RULE = { provider: "openweathermap", host: "api.openweathermap.org", endpoint: "weather" };

describe("defaults", () => {
  test("are safe ones: the machine's own address, a small bound on everything", () => {
    expect(resolve({})).toEqual({
      disabled: false,
      databaseUrl: undefined,
      embedded: true,
      autoMigrate: true,
      dataDir: ".spendspan",
      journal: true,
      maxJournalBytes: 256 * 1_048_576,
      strictBrand: false,
      brands: [],
      models: [],
      endpoints: ["generateContent", "streamGenerateContent"],
      baseUrls: [],
      httpRules: [],
      prices: [],
      pricesFile: undefined,
      priceTimeZone: "America/Los_Angeles",
      maxPriceAgeDays: 90,
      server: true,
      host: "127.0.0.1",
      port: 9_464,
      portRange: 1,
      token: undefined,
      fingerprintKey: undefined,
      openTelemetry: "auto",
      logEvents: false,
      maxBrandLabels: 500,
      maxSeries: 5_000,
      ledgerGauges: false,
      ledgerRefreshIntervalMs: 30_000,
      budgetsFile: undefined,
      budgetTimeZone: "UTC",
      maxPendingRows: 100_000,
      flushIntervalMs: 1_000,
      shutdownTimeoutMs: 5_000,
      logger: defaultLogger,
    });
  });

  test.each([
    ["production", false],
    ["development", true],
    ["", true],
  ])("with NODE_ENV %j start a database of our own: %s", (nodeEnv, embedded) => {
    expect(resolve({}, { NODE_ENV: nodeEnv }).embedded).toBe(embedded);
  });
});

describe("precedence", () => {
  test("is code, then environment, then default", () => {
    const environment = { SPENDSPAN_PORT: "9100" };
    expect(resolve({ port: 9_200 }, environment).port).toBe(9_200);
    expect(resolve({}, environment).port).toBe(9_100);
    expect(resolve({}).port).toBe(9_464);
  });

  test("of the database is code, then SPENDSPAN_DATABASE_URL, then DATABASE_URL", () => {
    const shared = { DATABASE_URL: "postgres://shared/app" };
    const own = { ...shared, SPENDSPAN_DATABASE_URL: "postgresql://own/app" };
    expect(resolve({ databaseUrl: "postgres://code/app" }, own).databaseUrl).toBe(
      "postgres://code/app",
    );
    expect(resolve({}, own).databaseUrl).toBe("postgresql://own/app");
    expect(resolve({}, shared).databaseUrl).toBe("postgres://shared/app");
  });

  test("an option that is undefined in code is not given", () => {
    expect(resolve({ port: undefined }, { SPENDSPAN_PORT: "9100" }).port).toBe(9_100);
  });

  test("false and 0 in code are values like any other", () => {
    const environment = { SPENDSPAN_SERVER: "true", SPENDSPAN_PORT: "9100" };
    expect(resolve({ server: false, port: 0 }, environment)).toMatchObject({
      server: false,
      port: 0,
    });
    expect(resolve({}, { SPENDSPAN_PORT: "0" }).port).toBe(0);
  });

  test("addresses of the SDK's own variables are added to those given", () => {
    const environment = {
      GOOGLE_GEMINI_BASE_URL: "http://127.0.0.1:8080",
      GOOGLE_VERTEX_BASE_URL: "https://vertex.example/a,b",
    };
    expect(resolve({ baseUrls: ["https://gateway.example"] }, environment).baseUrls).toEqual([
      "https://gateway.example",
      "http://127.0.0.1:8080",
      "https://vertex.example/a,b",
    ]);
  });
});

describe("the environment as shells and compose files write it", () => {
  const variables = Object.values(ENVIRONMENT).filter((variable) => variable !== undefined);

  test.each(["", "  ", "\n"])("a variable that holds %j is not set", (blank) => {
    const names = [
      ...variables,
      "DATABASE_URL",
      "GOOGLE_GEMINI_BASE_URL",
      "GOOGLE_VERTEX_BASE_URL",
    ];
    expect(resolve({}, Object.fromEntries(names.map((name) => [name, blank])))).toEqual(
      resolve({}),
    );
  });

  test("space around a value is not part of it", () => {
    const environment = { SPENDSPAN_PORT: " 9100 ", DATABASE_URL: "postgres://db/app\n" };
    expect(resolve({}, environment)).toMatchObject({
      port: 9_100,
      databaseUrl: "postgres://db/app",
    });
  });

  test.each([
    ["true", true],
    ["Yes", true],
    ["ON", true],
    ["1", true],
    ["false", false],
    ["No", false],
    ["off", false],
    ["0", false],
  ])("%s is %s", (text, value) => {
    expect(resolve({}, { SPENDSPAN_STRICT_BRAND: text }).strictBrand).toBe(value);
  });

  test("a list has commas, and nothing between two of them is nothing", () => {
    expect(resolve({}, { SPENDSPAN_BRANDS: " acme,,globex inc , " }).brands).toEqual([
      "acme",
      "globex inc",
    ]);
  });

  test.each(["0x10", "1e3", "9_464", "9464.0", "ten", "+1"])("%s is no port", (text) => {
    expect(faultsOf({}, { SPENDSPAN_PORT: text })).toEqual([
      `Expected \`SPENDSPAN_PORT\` to be a whole number from 0 to 65535, got '${text}'`,
    ]);
  });
});

test("what Kubernetes says of a Service named `spendspan` is no option", () => {
  const environment = { SPENDSPAN_PORT: "tcp://10.0.0.7:9464", SPENDSPAN_SERVICE_PORT: "9464" };
  expect(resolve({}, environment).port).toBe(9_464);
});

describe("faults", () => {
  test("are reported together, each under the name by which it was given", () => {
    const environment = {
      SPENDSPAN_PORT: "70000",
      SPENDSPAN_STRICT_BRAND: "perhaps",
      SPENDSPAN_BRANDS: "acme, <script>",
      SPENDSPAN_DATABASE_URL: "mysql://db/app",
      GOOGLE_GEMINI_BASE_URL: "localhost:8080",
    };
    const faulty = { openTelemetry: "never", maxSeries: 99, hots: "0.0.0.0", flushIntervalMs: NaN };
    expect(faultsOf(faulty, environment).toSorted()).toEqual([
      "Expected `GOOGLE_GEMINI_BASE_URL` to be a URL that begins with http:// or https://",
      "Expected `SPENDSPAN_BRANDS` to be names of 1 to 128 letters, digits, spaces or _-.:/@+&'!(), got '<script>'",
      "Expected `SPENDSPAN_DATABASE_URL` to be a URL that begins with postgres:// or postgresql://",
      "Expected `SPENDSPAN_PORT` to be a whole number from 0 to 65535, got '70000'",
      "Expected `SPENDSPAN_STRICT_BRAND` to be true or false, got 'perhaps'",
      "Expected `flushIntervalMs` to be a whole number from 1 to 86400000, got NaN",
      "Expected `maxSeries` to be a whole number from 100 to 1000000, got 99",
      "Expected `openTelemetry` to be one of auto, join, got 'never'",
      "Expected a known option, got `hots`",
    ]);
  });

  test("of a URL whose password is not encoded say how it is, and don't show it", () => {
    expect(faultsOf({ databaseUrl: "postgres://app:p#ss@db/app" }, {})).toEqual([
      "Expected `databaseUrl` to be a URL of valid form: a port is at most 65535, and in a password # / and ? are written %23 %2F %3F",
    ]);
  });

  test.each([
    [
      "a text for a boolean",
      { server: "false" },
      "Expected `server` to be true or false, got 'false'",
    ],
    [
      "a text for a number",
      { port: "9464" },
      "Expected `port` to be a whole number from 0 to 65535, got '9464'",
    ],
    [
      "a bigint for a number",
      { port: 1n },
      "Expected `port` to be a whole number from 0 to 65535, got 1n",
    ],
    ["null", { port: null }, "Expected `port` to be a whole number from 0 to 65535, got null"],
    [
      "a fraction",
      { flushIntervalMs: 0.5 },
      "Expected `flushIntervalMs` to be a whole number from 1 to 86400000, got 0.5",
    ],
    ["an empty text", { dataDir: "" }, "Expected `dataDir` to be a text that is not empty, got ''"],
    ["a text for a list", { models: "gemini-2.5-pro" }, "Expected `models` to be a list"],
    [
      "a number in a list of texts",
      { models: ["a", 5] },
      "Expected `models` to be a text that is not empty, got 5",
    ],
    ["a member of every object", { toString: "x" }, "Expected a known option, got `toString`"],
    [
      "half a logger",
      { logger: { info: () => {} } },
      "Expected `logger` to have the methods `info` and `warn`",
    ],
    ["no logger", { logger: null }, "Expected `logger` to have the methods `info` and `warn`"],
    [
      "a rule that is none",
      { httpRules: ["openweathermap"] },
      "Expected `httpRules` to be HTTP rules, got 'openweathermap'",
    ],
    ["a rule that is not in a list", { httpRules: RULE }, "Expected `httpRules` to be a list"],
  ])("%s is one", (_, options, fault) => {
    expect(faultsOf(options)).toEqual([fault]);
  });

  test.each([null, "postgres://db/app", 9_464, ["acme"]])(
    "%j in place of options is one",
    (none) => {
      expect(faultsOf(none)).toEqual(["Expected the options of init() to be an object"]);
    },
  );

  test("of HTTP rules are told for every rule, beside all others", () => {
    const rules = [RULE, { ...RULE, host: "no host!" }, { ...RULE, priceUsdPerRequest: "-1" }];
    const faults = faultsOf({ httpRules: rules, port: -1 }).toSorted();
    expect(faults).toHaveLength(3);
    expect(faults[0]).toContain("Expected `host` of HTTP rule");
    expect(faults[1]).toContain("Expected `port`");
    expect(faults[2]).toContain("Expected `priceUsdPerRequest` of HTTP rule");
  });

  test("leave a good rule as it is", () => {
    expect(resolve({ httpRules: [RULE] }).httpRules).toEqual([RULE]);
  });
});

describe("a Config", () => {
  test("is frozen, and does not follow the lists that it was made of", () => {
    const brands = ["acme"];
    const httpRules = [RULE];
    const config = resolve({ brands, httpRules });
    brands.push("globex");
    httpRules.pop();
    expect(config).toMatchObject({ brands: ["acme"], httpRules: [RULE] });
    expect(Object.isFrozen(config)).toBe(true);
  });

  test("is made or refused with a ConfigError, whatever it is given", () => {
    const name = fc.constantFrom(...Object.keys(ENVIRONMENT), "unknown");
    const options = fc.dictionary(name, fc.anything({ withBigInt: true, withSparseArray: true }));
    const environment = fc.dictionary(
      fc.constantFrom(...Object.values(ENVIRONMENT).filter((variable) => variable !== undefined)),
      fc.string(),
    );
    fc.assert(
      fc.property(options, environment, (given, variables) => {
        expect(Array.isArray(faultsOf(given, variables))).toBe(true);
      }),
    );
  });
});
