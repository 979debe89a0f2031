/** Every SDK and method, in every format of module and order of start, against a real ledger. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Pool } from "pg";
import { expect, onTestFinished, test } from "vitest";

import { fromUsdString, toUsdString } from "../../src/base/money.ts";
import { simulated } from "../simulator/client.ts";
import type { SimulatedCall } from "../simulator/call-log.ts";
import { runApp } from "../support/app.ts";
import { bundled } from "../support/bundle.ts";
import { withDatabase } from "../support/database.ts";
import { samplesOf, sumsBy } from "../support/exposition.ts";

const FIXTURES = join(import.meta.dirname, "../fixtures/matrix");
const REGISTER = ["--import", "spendspan/register"];

/** One call as both sides tell it. A request that was refused is known to cost nothing. */
interface Told {
  readonly brand: string;
  readonly operation: string;
  readonly platform: string;
  readonly model: string;
  readonly httpStatus: number;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly costUsd: string;
}

interface Row extends Told {
  readonly entry: "call" | "job" | "storage";
}

/** Of all other scenarios each request is a row; these have rows for what comes of a request later. */
const ENTRIES: Readonly<Record<string, Readonly<Partial<Record<Row["entry"], number>>>>> = {
  interactionInBackground: { job: 1, call: 1 },
  video: { job: 1, call: 1 },
  // Each of its requests, also the one that was refused.
  batch: { job: 1, call: 3 },
  batchFile: { job: 1, call: 3 },
  batchOfEmbeddings: { job: 1, call: 2 },
  cache: { call: 1, storage: 1 },
  cacheRemoved: { call: 1, storage: 1 },
};
/** Its storage ends with its removal, which app and provider date each by itself. */
const DATED_TWICE = "cacheRemoved";
const RETRIED = "genai-3/retry";

/** What comes at a price, or would if it had not been refused: the rest is free, and has no row. */
function isCharged({ operation, requestedModel, costUsd, httpStatus }: SimulatedCall): boolean {
  if (costUsd !== undefined) return true;
  return requestedModel !== undefined && operation !== "countTokens" && httpStatus !== 200;
}

function toldBy(calls: readonly SimulatedCall[]): readonly Told[] {
  return sorted(
    calls.filter(isCharged).map(({ tokens, ...call }) => ({
      brand: call.marker!,
      operation: call.operation!,
      platform: call.platform!,
      model: call.servedModel ?? call.requestedModel!,
      httpStatus: call.httpStatus!,
      inputTokens: tokens ? tokens.prompt + tokens.toolUse : null,
      outputTokens: tokens ? tokens.candidates + tokens.thoughts : null,
      costUsd: call.costUsd ?? "0",
    })),
  );
}

async function storedIn(pool: Pool): Promise<readonly Row[]> {
  const { rows } = await pool.query<Row>(
    `select entry, brand, operation, platform, model, http_status_code as "httpStatus",
            input_tokens::int as "inputTokens", output_tokens::int as "outputTokens",
            trim_scale(estimated_cost_usd)::text as "costUsd"
     from api_usage`,
  );
  return rows;
}

/** The calls of `rows`, as the provider tells them. */
function callsOf(rows: readonly Row[]): readonly Told[] {
  const calls = rows.filter(({ entry }) => entry === "call");
  return sorted(
    calls.map((call) => {
      const { entry: _, ...told } = call;
      return told;
    }),
  );
}

function methodOf(brand: string): string {
  return brand.slice(brand.indexOf("/") + 1);
}

function isPlain({ brand }: Told): boolean {
  return !(methodOf(brand) in ENTRIES);
}

/** How many rows there are to be for what the provider tells. */
function rowCountOf(told: readonly Told[]): number {
  const brands = new Set(told.filter((call) => !isPlain(call)).map(({ brand }) => brand));
  const entries = [...brands].flatMap((brand) => Object.values(ENTRIES[methodOf(brand)] ?? {}));
  return told.filter(isPlain).length + entries.reduce((sum, count) => sum + count, 0);
}

function totalOf(calls: readonly Told[]): string {
  return toUsdString(calls.reduce((sum, { costUsd }) => sum + fromUsdString(costUsd), 0n));
}

function costsByBrand(calls: readonly Told[]): Record<string, string> {
  const byBrand = [...Map.groupBy(calls, ({ brand }) => brand)];
  return Object.fromEntries(byBrand.map(([brand, same]) => [brand, totalOf(same)]));
}

function sorted(calls: readonly Told[]): readonly Told[] {
  return calls.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

function expectSameRows(stored: readonly Row[], told: readonly Told[]): void {
  expect(callsOf(stored.filter(isPlain))).toEqual(told.filter(isPlain));
  for (const [brand, rows] of Map.groupBy(stored, (row) => row.brand)) {
    const groups = Object.entries(Object.groupBy(rows, ({ entry }) => entry));
    const entries = Object.fromEntries(groups.map(([entry, same]) => [entry, same.length]));
    expect({ brand, entries }).toEqual({
      brand,
      entries: ENTRIES[methodOf(brand)] ?? { call: rows.length },
    });
  }
}

function expectSameCosts(stored: readonly Row[], told: readonly Told[]): void {
  const booked = costsByBrand(stored);
  const charged = costsByBrand(told);
  for (const brand of Object.keys(charged)) {
    if (methodOf(brand) !== DATED_TWICE) continue;
    // An hour of storage is $0.036, a second $0.00001.
    expect(Number(booked[brand])).toBeCloseTo(Number(charged[brand]), 3);
    booked[brand] = charged[brand]!;
  }
  expect(booked).toEqual(charged);
}

interface App {
  readonly file: string;
  readonly nodeOptions?: readonly string[];
}

/** Holds ledger and `/metrics` against what the simulator charged while `app` ran. */
async function expectSameReckoning({ file, nodeOptions = [] }: App): Promise<void> {
  const simulator = await simulated();
  await withDatabase(async ({ pool, url }) => {
    const env = {
      DATABASE_URL: url,
      GEMINI_URL: simulator.url,
      SPENDSPAN_BASE_URLS: simulator.url,
    };
    const { report: metrics, output } = await runApp<string>(file, { env, nodeOptions });
    expect(output).toBe("");
    const stored = await storedIn(pool);
    const told = toldBy(simulator.calls);
    expectSameRows(stored, told);
    expectSameCosts(stored, told);
    expect(totalOf(told)).toBe(simulator.totalCostUsd());
    const { rows: tries } = await pool.query(
      "select brand, attempt from api_usage where brand = $1 or attempt > 1 order by attempt",
      [RETRIED],
    );
    expect(tries).toEqual([1, 2].map((attempt) => ({ brand: RETRIED, attempt })));

    const byBrand = Map.groupBy(stored, ({ brand }) => brand);
    const requests = sumsBy(samplesOf(metrics, "api_usage_requests_total"), "brand");
    expect(requests).toEqual(
      Object.fromEntries([...byBrand].map(([brand, rows]) => [brand, callsOf(rows).length])),
    );
    // Four tool rounds and an answer; an answer in three parts; one refused, and tried again.
    expect(requests).toMatchObject({
      "genai-3/functionCalling": 5,
      "genai-2/continuation": 3,
      [RETRIED]: 2,
    });
    const costs = sumsBy(samplesOf(metrics, "api_usage_cost_usd_total"), "brand");
    for (const [brand, rows] of byBrand) {
      // The page holds doubles, the ledger doesn't: they agree to the picodollar.
      const cost = rows.reduce((sum, { costUsd }) => sum + Number(costUsd), 0);
      expect(costs[brand]).toBeCloseTo(cost, 12);
    }
  });
}

test.each<[string, App]>([
  ["an ES module", { file: join(FIXTURES, "esm.ts") }],
  [
    "an ES module that made its clients before init()",
    { file: join(FIXTURES, "clients-first.ts") },
  ],
  ["an ES module that loads the SDKs after init()", { file: join(FIXTURES, "sdks-later.ts") }],
  [
    "an ES module under --import spendspan/register",
    { file: join(FIXTURES, "esm.ts"), nodeOptions: REGISTER },
  ],
  ["a CommonJS app", { file: join(FIXTURES, "common.cjs") }],
])("every call of %s is in the ledger and at /metrics, at its price", async (_, app) => {
  await expectSameReckoning(app);
});

test.each(["esm", "cjs"] as const)(
  "every call of an app bundled as %s, with SDKs and spendspan inside, is in the ledger and at /metrics",
  async (format) => {
    const project = await mkdtemp(join(tmpdir(), "spendspan-bundle-"));
    onTestFinished(() => rm(project, { recursive: true }));
    // Two storeys above the bundle, where spendspan has its own, the app has migrations for something else.
    await mkdir(join(project, "migrations"));
    await writeFile(join(project, "migrations/0001_theirs.sql"), "create table theirs ();");
    const file = await bundled(join(FIXTURES, "esm.ts"), format, join(project, "dist/server"));
    await expectSameReckoning({ file });
  },
);

test("an app that knows nothing of spendspan is metered to its last call, as unattributed", async () => {
  const simulator = await simulated();
  await withDatabase(async ({ pool, url }) => {
    const env = {
      DATABASE_URL: url,
      GEMINI_URL: simulator.url,
      SPENDSPAN_BASE_URLS: simulator.url,
    };
    await runApp(join(FIXTURES, "unaware.ts"), { env, nodeOptions: REGISTER });
    const stored = await storedIn(pool);
    const told = toldBy(simulator.calls);
    const unattributed = told.filter(isPlain).map((call) => ({ ...call, brand: "unattributed" }));
    expect(callsOf(stored)).toEqual(expect.arrayContaining(unattributed));
    expect(stored).toHaveLength(rowCountOf(told));
    // The caches that were removed are dated twice here, too.
    expect(Number(totalOf(stored))).toBeCloseTo(Number(simulator.totalCostUsd()), 3);
  });
});
