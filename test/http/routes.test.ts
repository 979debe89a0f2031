import { expect, test } from "vitest";

import { SpendspanError } from "../../src/base/errors.ts";
import { createRoutes, type RoutesParts } from "../../src/http/routes.ts";
import { createUsageHandler, type UsageRouteParts } from "../../src/http/usage-route.ts";
import { KeptLogger } from "../support/logger.ts";

const TOKEN = "a-token-of-the-operator";

test("/metrics is the exposition under its own media type", async () => {
  const response = await get("/metrics");
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  expect(await response.text()).toBe("api_usage_requests_total 1\n");
});

test("/api/usage is what the ledger says of the query", async () => {
  const usage = async (query: object) => ({ asked: query, total_cost_usd: "0.0008" });
  const response = await get("/api/usage?days=7&brand=acme", { usage });
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe("application/json; charset=utf-8");
  expect(await response.json()).toEqual({
    asked: { days: 7, brand: "acme" },
    total_cost_usd: "0.0008",
  });
});

test("/healthz is 200 in health, 503 otherwise, and needs no token", async () => {
  const ill = { health: () => ({ ok: false, ledger: { pendingRecords: 9 } }), bearerToken: TOKEN };
  expect((await get("/healthz", { bearerToken: TOKEN })).status).toBe(200);
  const response = await get("/healthz", ill);
  expect(response.status).toBe(503);
  expect(await response.json()).toEqual({ ok: false, ledger: { pendingRecords: 9 } });
});

test.each(["/metrics", "/healthz", "/api/usage", "/nowhere", "/api/usage?days=x"])(
  "the answer of %s is never cached and never sniffed",
  async (path) => {
    const { headers } = await get(path);
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
  },
);

test.each(["/metrics", "/healthz", "/api/usage"])(
  "HEAD %s is GET without its body",
  async (path) => {
    const asked = await get(path);
    const head = await ask(path, { method: "HEAD" });
    expect(head.status).toBe(asked.status);
    expect(Object.fromEntries(head.headers)).toEqual(Object.fromEntries(asked.headers));
    expect(await head.text()).toBe("");
  },
);

test.each(["/metrics", "/healthz", "/api/usage"])("%s is only read", async (path) => {
  for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) {
    const response = await ask(path, { method });
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("GET, HEAD");
    expect(await errorOf(response)).toEqual({
      code: "ERR_METHOD",
      message: `Expected GET or HEAD, got ${method}`,
    });
  }
});

test.each(["/", "/metrics/", "/api/usage/x", "/METRICS", "//metrics", "/api%2fusage"])(
  "nothing is at %s",
  async (path) => {
    expect((await get(path)).status).toBe(404);
  },
);

test("a wrong query is a 400 that says what was wrong", async () => {
  const response = await get("/api/usage?days=soon");
  expect(response.status).toBe(400);
  expect(await errorOf(response)).toEqual({
    code: "ERR_QUERY",
    message: "Expected `days` to be a whole number from 1 to 3660, got 'soon'",
  });
});

test.each(["/metrics", "/api/usage"])(
  "%s asks for the token, and is not read without",
  async (path) => {
    let reads = 0;
    const parts = {
      bearerToken: TOKEN,
      metrics: async () => ({ text: String(reads++), contentType: "text/plain" }),
      usage: async () => ({ reads: reads++ }),
    };
    for (const authorization of [
      "",
      TOKEN,
      `Basic ${TOKEN}`,
      `Bearer ${TOKEN}x`,
      "Bearer",
      "Bearer ",
    ]) {
      const response = await ask(path, { headers: { authorization } }, parts);
      expect(response.status).toBe(401);
      expect(response.headers.get("www-authenticate")).toBe('Bearer realm="spendspan"');
      expect(await response.text()).not.toContain(TOKEN);
    }
    expect(reads).toBe(0);
    for (const authorization of [`Bearer ${TOKEN}`, `bearer ${TOKEN}`]) {
      expect((await ask(path, { headers: { authorization } }, parts)).status).toBe(200);
    }
    expect(reads).toBe(2);
  },
);

test("what goes wrong inside is logged, and told outside by its code alone", async () => {
  const logger = new KeptLogger();
  const secret = new Error("connect to postgres://admin:hunter2@db failed");
  const parts = {
    logger,
    usage: async () => Promise.reject(secret),
    metrics: async () => Promise.reject(secret),
    health: () => {
      throw secret;
    },
  };
  const usage = await get("/api/usage", parts);
  const metrics = await get("/metrics", parts);
  const health = await get("/healthz", parts);
  expect([usage.status, metrics.status, health.status]).toEqual([503, 503, 503]);
  expect(await errorOf(usage)).toEqual({
    code: "ERR_DATABASE",
    message: "Usage statistics are not available now; the log says why",
  });
  expect((await metrics.text()) + (await health.text())).not.toContain("hunter2");
  expect(logger.warnings).toEqual([
    `Usage statistics could not be read: ${secret.message}`,
    `The metrics could not be read: ${secret.message}`,
    `The state of health could not be read: ${secret.message}`,
  ]);
});

test("a query that only the ledger can refuse is a 400 as well", async () => {
  const usage = async () => Promise.reject(new SpendspanError("ERR_QUERY", "Expected less"));
  expect((await get("/api/usage", { usage })).status).toBe(400);
});

test("statistics that have no JSON are a failure like any other", async () => {
  expect((await get("/api/usage", { usage: async () => ({ cost: 1n }) })).status).toBe(503);
});

type Parts = Partial<RoutesParts & UsageRouteParts>;

function get(path: string, parts: Parts = {}): Promise<Response> {
  return ask(path, {}, parts);
}

async function ask(path: string, init: RequestInit, parts: Parts = {}): Promise<Response> {
  const { bearerToken, logger = new KeptLogger(), usage = async () => ({}) } = parts;
  const routes = createRoutes({
    metrics: async () => ({
      text: "api_usage_requests_total 1\n",
      contentType: "text/plain; version=0.0.4; charset=utf-8",
    }),
    health: () => ({ ok: true }),
    usageHandler: createUsageHandler({ usage, bearerToken, logger }),
    logger,
    ...parts,
  });
  return routes(new Request(`http://localhost:9464${path}`, init));
}

async function errorOf(response: Response): Promise<unknown> {
  return ((await response.json()) as { error: unknown }).error;
}
