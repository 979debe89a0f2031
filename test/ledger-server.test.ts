import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import type { Clock } from "../src/base/clock.ts";
import type { SpendspanOptions } from "../src/config/options.ts";
import { type LedgerServer, startLedgerServer } from "../src/ledger-server.ts";
import { resolve } from "./support/config.ts";
import { withDatabase, withEmptyDatabase } from "./support/database.ts";
import { samplesOf } from "./support/exposition.ts";
import { initialised } from "./support/initialised.ts";
import { store } from "./support/ledger-rows.ts";
import { KeptLogger } from "./support/logger.ts";
import { aRecord, NOON_MS } from "./support/record.ts";
import { TcpProxy } from "./support/tcp-proxy.ts";
import { temporaryDirectory } from "./support/temporary-directory.ts";

const TOKEN = "a-token-of-this-test";

/** Of a time that stands at noon unless it is moved. */
class HeldClock implements Clock {
  nowMs = NOON_MS;
  now = (): number => this.nowMs;
  monotonicMs = (): number => this.nowMs;
}

async function serving(
  options: SpendspanOptions,
  clock: Clock = new HeldClock(),
): Promise<LedgerServer> {
  const settled = { port: 0, embedded: false, logger: new KeptLogger(), ...options };
  const server = await startLedgerServer(resolve(settled), clock);
  onTestFinished(() => server.close());
  return server;
}

async function textOf(url: string, path = "/metrics"): Promise<string> {
  return (await fetch(`${url}${path}`)).text();
}

/** Where a file of budgets is. */
function aBudgetsFile(amountUsd: string): string {
  const path = join(temporaryDirectory(), "budgets.json");
  holdBudget(path, amountUsd);
  return path;
}

function holdBudget(path: string, amountUsd: string): void {
  writeFileSync(path, JSON.stringify([{ brand: "acme", period: "day", amountUsd }]));
}

test("the ledger's spend, budgets and reports are served, to who has the token", () =>
  withDatabase(async ({ pool, url: databaseUrl }) => {
    await store(pool, aRecord({ cost: 2_500_000_000_000n }), aRecord({ brand: "globex" }));
    const budgetsFile = aBudgetsFile("5.00");
    const { url } = await serving({ databaseUrl, budgetsFile, token: TOKEN });
    expect((await fetch(`${url}/metrics`)).status).toBe(401);
    const headers = { authorization: `Bearer ${TOKEN}` };
    const text = await (await fetch(`${url}/metrics`, { headers })).text();
    const cost = samplesOf(text, "api_usage_period_cost_usd");
    expect(cost.filter(({ labels }) => labels["period"] === "day")).toEqual([
      { labels: { brand: "acme", period: "day" }, value: 2.5 },
      { labels: { brand: "globex", period: "day" }, value: 0.0008 },
    ]);
    expect(samplesOf(text, "api_usage_budget_usd")).toEqual([
      { labels: { brand: "acme", period: "day" }, value: 5 },
    ]);
    // It meters nothing, so it has no counters.
    expect(text).not.toContain("_total");
    const usage = await (await fetch(`${url}/api/usage?days=1&brand=acme`, { headers })).json();
    expect(usage).toMatchObject({ total_requests: 1, total_cost_usd: "2.5" });
    expect(JSON.parse(await textOf(url, "/healthz"))).toEqual({
      ok: true,
      ledger: { read_at: "2026-11-24T12:00:00.000Z" },
    });
  }));

test("without its database it stays up, keeps what it read, and reads again when it is back", () =>
  withDatabase(async ({ pool, url: databaseUrl }) => {
    await store(pool, aRecord({ cost: 2_500_000_000_000n }));
    const target = new URL(databaseUrl);
    const proxy = new TcpProxy({ host: target.hostname, port: Number(target.port) });
    target.port = String(await proxy.listen());
    onTestFinished(() => proxy.close());
    const clock = new HeldClock();
    const budgetsFile = aBudgetsFile("5.00");
    const options = { databaseUrl: target.href, budgetsFile, ledgerRefreshIntervalMs: 1_000 };
    const { url } = await serving(options, clock);
    const before = await textOf(url);

    proxy.refusing = true;
    proxy.cut();
    clock.nowMs += 60_000;
    await store(pool, aRecord({ cost: 1_000_000_000_000n }));
    expect((await fetch(`${url}/api/usage`)).status).toBe(503);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect(await textOf(url)).toBe(before);

    proxy.refusing = false;
    holdBudget(budgetsFile, "6.00");
    await expect
      .poll(async () => (await textOf(url)).match(/refresh_timestamp_seconds (\d+)/)?.[1])
      .toBe(String(clock.nowMs / 1_000));
    const after = await textOf(url);
    expect(samplesOf(after, "api_usage_ledger_cost_usd")[0]?.value).toBe(3.5);
    expect(samplesOf(after, "api_usage_budget_usd")[0]?.value).toBe(6);
  }));

test("a ledger that is not there at first is no reason not to start", async () => {
  const logger = new KeptLogger();
  const databaseUrl = "postgres://nobody@127.0.0.1:1/none";
  const { url } = await serving({ databaseUrl, logger });
  expect(await textOf(url)).not.toContain("api_usage_");
  expect(JSON.parse(await textOf(url, "/healthz"))).toEqual({
    ok: true,
    ledger: { read_at: null },
  });
  expect(logger.warnings).toEqual([
    expect.stringMatching(/^The ledger could not be read, so its gauges are stale: .*ECONNREFUSED/),
  ]);
});

test("a database that nobody has migrated is no secret", () =>
  withEmptyDatabase(async ({ url: databaseUrl }) => {
    const logger = new KeptLogger();
    const { url } = await serving({ databaseUrl, logger });
    expect((await fetch(`${url}/api/usage`)).status).toBe(503);
    const advice = "ERR_DATABASE: The ledger lacks tables: run `spendspan migrate`";
    expect(logger.warnings).toEqual([
      `The ledger could not be read, so its gauges are stale: ${advice}`,
      `Usage statistics could not be read: ${advice}`,
    ]);
  }));

test("an address that is taken is an error, and told by nothing else", () =>
  withDatabase(async ({ url: databaseUrl }) => {
    const { url } = await serving({ databaseUrl });
    const port = Number(new URL(url).port);
    const logger = new KeptLogger();
    await expect(serving({ databaseUrl, port, logger })).rejects.toThrow(
      `ERR_CONFIG: Expected \`host\` and \`port\` to be an address that is free to listen on, got 127.0.0.1:${port}: listen EADDRINUSE: address already in use 127.0.0.1:${port}; choose another by --port or SPENDSPAN_PORT`,
    );
    expect(logger.warnings).toEqual([]);
  }));

test("replicas show the same of the same ledger", () =>
  withDatabase(async ({ pool, url: databaseUrl }) => {
    const brands = ["acme", "globex", "initech", "hooli"];
    await store(pool, ...brands.map((brand) => aRecord({ brand })));
    const clock = new HeldClock();
    const options = { databaseUrl, maxBrandLabels: 2 };
    const replicas = [await serving(options, clock), await serving(options, clock)];
    const [one, other] = await Promise.all(replicas.map(({ url }) => textOf(url)));
    expect(one).toBe(other);
    expect(one).toContain('brand="_other"');
  }));

test("an app shows them when it is asked to, and not else", () =>
  withDatabase(async ({ pool, url: databaseUrl }) => {
    await store(pool, aRecord({ cost: 2_500_000_000_000n }));
    const app = initialised({ databaseUrl, ledgerGauges: true });
    await app.ready();
    await expect
      .poll(async () => samplesOf(await app.metrics(), "api_usage_ledger_cost_usd"))
      .toEqual([{ labels: { brand: "acme", model: "gemini-2.5-flash" }, value: 2.5 }]);
    await app.shutdown();
    const other = initialised({ databaseUrl });
    await other.ready();
    expect(await other.metrics()).not.toContain("ledger");
  }));
