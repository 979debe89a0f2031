import { expect, test } from "vitest";

import { shown } from "../../src/base/error-text.ts";
import {
  createHttpRuleProvider,
  type HttpRule,
  httpRuleFaults,
} from "../../src/providers/http-rule.ts";
import type { Outcome } from "../../src/providers/operation.ts";
import { anAnswer } from "../support/answer.ts";
import { aRequest } from "../support/provider-request.ts";

const WEATHER: HttpRule = {
  provider: "openweathermap",
  host: "api.openweathermap.org",
  path: "/data/2.5",
  endpoint: "weather",
  priceUsdPerRequest: "0.0015",
};

const ANSWERED: Outcome = {
  facts: {},
  httpStatusCode: 200,
  neverSent: false,
  usageStatus: "missing",
  startedAtMs: 0,
};

function matchOf(rule: Partial<HttpRule>, url: string, method = "GET") {
  return createHttpRuleProvider([{ ...WEATHER, ...rule }]).match(aRequest(method, url));
}

test("describes a request by the rule that it fits", () => {
  expect(
    matchOf({}, "http://api.openweathermap.org:8080/data/2.5/weather?appid=secret"),
  ).toMatchObject({
    provider: "openweathermap",
    platform: undefined,
    genAiProvider: undefined,
    genAiOperation: undefined,
    name: "weather",
    requestedModel: undefined,
    streaming: false,
    billed: true,
    members: { sparse: [], common: [] },
    serverAddress: "api.openweathermap.org",
    serverPort: 8_080,
  });
});

test.each<[string, Partial<HttpRule>, string, boolean]>([
  ["the host itself", { host: "a.com" }, "https://a.com/data/2.5", true],
  ["the host in capitals", { host: "A.com" }, "https://a.COM/data/2.5", true],
  ["a host below it", { host: "a.com" }, "https://b.a.com/data/2.5", false],
  ["a host below a wildcard", { host: "*.a.com" }, "https://c.b.a.com/data/2.5", true],
  ["the wildcard's own host", { host: "*.a.com" }, "https://a.com/data/2.5", false],
  ["a host that ends alike", { host: "*.a.com" }, "https://bada.com/data/2.5", false],
  ["no path given", { path: "/" }, "https://api.openweathermap.org/anything", true],
  ["the path itself", {}, "https://api.openweathermap.org/data/2.5", true],
  ["a path below it", {}, "https://api.openweathermap.org/data/2.5/weather", true],
  ["half a segment of it", {}, "https://api.openweathermap.org/data/2.55", false],
  ["less than the path", {}, "https://api.openweathermap.org/data", false],
  ["any one segment", { path: "/v1/*/now" }, "https://api.openweathermap.org/v1/paris/now", true],
  ["no segment at all", { path: "/v1/*" }, "https://api.openweathermap.org/v1/", false],
  ["two segments", { path: "/v1/*/now" }, "https://api.openweathermap.org/v1/a/b/now", false],
])("whether a rule fits %s", (_what, rule, url, fits) => {
  expect(matchOf(rule, url) !== undefined).toBe(fits);
});

test("a rule with a method fits that method only", () => {
  const url = "https://api.openweathermap.org/data/2.5";
  expect(matchOf({ method: "post" }, url, "POST")).toBeDefined();
  expect(matchOf({ method: "POST" }, url, "GET")).toBeUndefined();
});

test("the first rule that fits counts", () => {
  const provider = createHttpRuleProvider([
    { ...WEATHER, path: "/data/2.5/forecast", endpoint: "forecast" },
    WEATHER,
  ]);
  const nameAt = (path: string) =>
    provider.match(aRequest("GET", `https://api.openweathermap.org${path}`))?.name;
  expect(nameAt("/data/2.5/forecast")).toBe("forecast");
  expect(nameAt("/data/2.5/weather")).toBe("weather");
});

test("turns away the URLs of other hosts by their text", () => {
  const provider = createHttpRuleProvider([WEATHER, { ...WEATHER, host: "*.example.com" }]);
  expect(provider.mayMatch("https://API.openweathermap.org/data")).toBe(true);
  expect(provider.mayMatch("https://tiles.example.com/1")).toBe(true);
  expect(provider.mayMatch("https://example.org/?u=api.openweathermap.org")).toBe(false);
});

test.each<[string, Partial<Outcome>, string | undefined, unknown]>([
  [
    "an answer",
    {},
    "0.0015",
    // 0.0015 × 1e12
    { cost: 1_500_000_000n, priceStatus: "priced", priceVersion: "rule:openweathermap/weather" },
  ],
  ["an answer broken off", { usageStatus: "partial" }, "0.0015", { cost: 1_500_000_000n }],
  ["a refusal", { httpStatusCode: 401 }, "0.0015", { cost: 0n, priceStatus: "free" }],
  ["a failure", { httpStatusCode: 500 }, "0.0015", { cost: 0n, priceStatus: "free" }],
  [
    "a request never sent",
    { httpStatusCode: undefined, neverSent: true },
    "0.0015",
    { cost: 0n, priceStatus: "free" },
  ],
  [
    "a request never answered",
    { httpStatusCode: undefined },
    "0.0015",
    { cost: undefined, priceStatus: "unpriced" },
  ],
  ["an answer without a price", {}, undefined, { cost: undefined, priceStatus: "unpriced" }],
  ["an answer at no price", {}, "0", { cost: 0n, priceStatus: "priced" }],
])("prices %s", (_what, outcome, price, expected) => {
  const { priceUsdPerRequest: _, ...unpriced } = WEATHER;
  const rule = price === undefined ? unpriced : { ...unpriced, priceUsdPerRequest: price };
  const operation = createHttpRuleProvider([rule]).match(
    aRequest("GET", "https://api.openweathermap.org/data/2.5/weather"),
  );
  expect(operation?.price({ ...ANSWERED, ...outcome })).toMatchObject(expected as object);
});

test("reads nothing out of an answer", () => {
  const operation = matchOf({}, "https://api.openweathermap.org/data/2.5");
  expect(
    operation?.read(anAnswer([{ modelVersion: "x", usageMetadata: { promptTokenCount: 1 } }])),
  ).toEqual({});
});

test("a rule without fault has none", () => {
  expect(httpRuleFaults(WEATHER)).toEqual([]);
  expect(httpRuleFaults({ provider: "a", host: "localhost", endpoint: "b" })).toEqual([]);
});

test.each([
  ["provider", "", "1 to 64 letters, digits or _-.:/"],
  ["endpoint", "with space", "1 to 64 letters, digits or _-.:/"],
  ["host", "https://api.example.com", "a host name, or `*.` and a host name"],
  ["host", "api.*.com", "a host name, or `*.` and a host name"],
  ["host", "localhost:80", "a host name, or `*.` and a host name"],
  ["path", "data", "a path that begins with / and has no query"],
  ["path", "/data?x=1", "a path that begins with / and has no query"],
  ["method", "GET POST", "an HTTP method"],
  ["priceUsdPerRequest", "-1", "US dollars as a decimal text, not negative"],
  ["priceUsdPerRequest", "1e-3", "US dollars as a decimal text, not negative"],
  ["priceUsdPerRequest", 0.0015, "US dollars as a decimal text, not negative"], // money is never a float
  ["host", undefined, "a host name, or `*.` and a host name"],
])("names the field, the rule and the value when %s is %j", (field, value, form) => {
  const rule = { ...WEATHER, [field]: value } as HttpRule;
  const name = `HTTP rule "${rule.provider}/${rule.endpoint}"`;
  expect(httpRuleFaults(rule)).toEqual([
    `Expected \`${field}\` of ${name} to be ${form}, got ${shown(value)}`,
  ]);
});

test("a field that doesn't exist is a fault, not an option ignored", () => {
  const rule = { ...WEATHER, price: "1" } as HttpRule;
  expect(httpRuleFaults(rule)).toEqual([
    'Expected a field of HTTP rule "openweathermap/weather" to be one of provider, host, path, method, endpoint, priceUsdPerRequest, got `price`',
  ]);
});

test("every fault of every rule is reported together", () => {
  const rules = [
    { ...WEATHER, host: "" },
    { ...WEATHER, path: "x", method: "" },
  ];
  expect(() => createHttpRuleProvider(rules)).toThrow(
    expect.objectContaining({ code: "ERR_CONFIG", faults: rules.flatMap(httpRuleFaults) }),
  );
  expect(rules.flatMap(httpRuleFaults)).toHaveLength(3);
});
