/**
 * How near Prometheus comes to what was spent, by the counters of apps and by the ledger's gauges: an app
 * is replaced again and again while a real Prometheus scrapes it and `spendspan serve`.
 *
 *   npm run accuracy               in three quarters of a minute
 *   npm run accuracy -- --quick    with too few calls to compare counters by
 *
 * It needs Debian's prometheus, prints Markdown as it stands in README, and fails unless the ledger and its
 * gauges are exact.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import type { Pool } from "pg";

import { fromUsdString, toUsdNumber } from "../src/base/money.ts";
import { startSimulator } from "../test/simulator/simulator.ts";
import { freePort } from "../test/support/free-port.ts";
import { type Monitor, startPrometheus, valuesOf } from "../test/support/monitoring.ts";
import { until } from "../test/support/until.ts";
import type { AppSetting } from "./accuracy-app.ts";
import { EmbeddedLedger } from "./embedded-ledger.ts";
import { markdownTable } from "./markdown.ts";

const MODEL = "gemini-2.5-pro";
/** Its series are there from the start, by the option `brands`. */
const NAMED = "small-named";
/** Milliseconds between two calls of a brand. */
const PACES = { large: 40, middling: 700, small: 2_900, [NAMED]: 2_900 };
/** To processes of eight seconds, what fifteen are to such of eight minutes. */
const SCRAPE_MS = 250;
/** How each process ends; the next is at an address of its own, as a new pod is. */
const ENDS = ["shutdown", "kill", "shutdown", "shutdown"] as const;
const PATIENCE_MS = 20_000;

const { quick } = parseArgs({ options: { quick: { type: "boolean" } } }).values;
const lifeMs = quick === true ? 3_000 : 8_000;
await using ledger = await EmbeddedLedger.make();
const simulator = await startSimulator();
try {
  const pool = await ledger.connection.connect();
  const environment = {
    PATH: process.env["PATH"],
    DATABASE_URL: ledger.connection.url,
    GOOGLE_GEMINI_BASE_URL: simulator.url,
    SPENDSPAN_DATA_DIR: ledger.dataDir,
    SPENDSPAN_LEDGER_REFRESH_INTERVAL_MS: "1000",
    SPENDSPAN_BRANDS: NAMED,
    SPENDSPAN_MODELS: MODEL,
    SPENDSPAN_ENDPOINTS: "chat",
  };
  const costs = await run(pool, environment);
  console.log(shown(costs));
  const isExact = costs.every(({ billed, ledger, gauge }) => ledger === billed && gauge === billed);
  if (!isExact) process.exitCode = 1;
} finally {
  await simulator.close();
}

async function run(pool: Pool, environment: NodeJS.ProcessEnv): Promise<readonly BrandCosts[]> {
  const ledgerPort = await freePort();
  const appPorts = await Promise.all(ENDS.map(freePort));
  const targetCount = 1 + appPorts.length;
  const startedMs = Date.now();
  const serve = started("../bin/spendspan.js", ["serve", `--port=${ledgerPort}`], environment);
  try {
    await using prometheus = await startPrometheus({
      ledgers: [`127.0.0.1:${ledgerPort}`],
      apps: appPorts.map((port) => `127.0.0.1:${port}`),
      intervalMs: SCRAPE_MS,
    });
    // It looks for targets some seconds after its start.
    await until(
      async () => (await valuesOf(prometheus, "count(up)"))[""] === targetCount,
      PATIENCE_MS,
    );
    for (const [at, end] of ENDS.entries()) {
      const setting: AppSetting = { model: MODEL, lifeMs, end, paces: PACES };
      const env = { ...environment, SPENDSPAN_PORT: String(appPorts[at]) };
      const app = started("./accuracy-app.ts", [JSON.stringify(setting)], env);
      const [code] = await once(app, "exit");
      if (end === "shutdown" && code !== 0) throw new Error(`The app ended with ${code}`);
    }
    await until(async () => (await rowCount(pool)) === simulator.calls.length, PATIENCE_MS);
    await nextReading(prometheus);
    const runSeconds = Math.ceil((Date.now() - startedMs) / 1_000);
    return await costsOf(pool, prometheus, runSeconds);
  } finally {
    serve.kill();
  }
}

function started(program: string, args: readonly string[], env: NodeJS.ProcessEnv): ChildProcess {
  const path = fileURLToPath(new URL(program, import.meta.url));
  return spawn(process.execPath, [path, ...args], { env, stdio: ["ignore", "ignore", "inherit"] });
}

async function rowCount(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ count: string }>("select count(*) from api_usage");
  return Number(rows[0]?.count);
}

/** Resolves once Prometheus has the ledger's gauges as they are from now on. */
async function nextReading(prometheus: Monitor): Promise<void> {
  const nowSeconds = Date.now() / 1_000;
  await until(async () => {
    const read = await valuesOf(prometheus, "api_usage_ledger_refresh_timestamp_seconds");
    return (read[""] ?? 0) > nowSeconds;
  }, PATIENCE_MS);
}

interface BrandCosts {
  readonly brand: string;
  readonly calls: number;
  /** In US dollars, as everything here: what the simulator would have charged. */
  readonly billed: number;
  readonly ledger: number;
  readonly gauge: number;
  readonly counter: number;
}

async function costsOf(
  pool: Pool,
  prometheus: Monitor,
  runSeconds: number,
): Promise<readonly BrandCosts[]> {
  const { rows } = await pool.query<{ brand: string; cost_usd: string }>(
    "select brand, sum(estimated_cost_usd)::text as cost_usd from api_usage group by brand",
  );
  const ledger = new Map(rows.map(({ brand, cost_usd }) => [brand, fromUsdString(cost_usd)]));
  const gauges = await valuesOf(prometheus, "sum by (brand) (api_usage_ledger_cost_usd)");
  const counters = await valuesOf(
    prometheus,
    `sum by (brand) (increase(api_usage_cost_usd_total[${runSeconds}s]))`,
  );
  return Object.keys(PACES).map((brand) => ({
    brand,
    ...billTo(brand),
    ledger: toUsdNumber(ledger.get(brand) ?? 0n),
    gauge: gauges[brand] ?? 0,
    counter: counters[brand] ?? 0,
  }));
}

/** By the simulator, which knows brands by the marks in their prompts. */
function billTo(brand: string): Pick<BrandCosts, "calls" | "billed"> {
  const calls = simulator.billedCalls().filter(({ marker }) => marker === brand);
  const billed = calls.reduce((sum, { costUsd = "0" }) => sum + fromUsdString(costUsd), 0n);
  return { calls: calls.length, billed: toUsdNumber(billed) };
}

function shown(costs: readonly BrandCosts[]): string {
  const head = ["brand", "calls", "billed", "ledger", "ledger gauge", "counter, `increase()`"];
  const rows = costs.map(({ brand, calls, billed, ...measured }) => [
    brand === NAMED ? "small, named in `brands`" : brand,
    String(calls),
    dollars(billed),
    ...[measured.ledger, measured.gauge, measured.counter].map(
      (usd) => `${dollars(usd)} (${difference(usd, billed)})`,
    ),
  ]);
  return markdownTable(head, rows);
}

function difference(usd: number, billed: number): string {
  if (usd === billed) return "exact";
  const percent = (usd / billed - 1) * 100;
  return `${percent > 0 ? "+" : "−"}${Math.abs(percent).toFixed(1)} %`;
}

function dollars(usd: number): string {
  return `$${usd.toFixed(4)}`;
}
