/** Every SDK and method, in every format of module and order of start, against a real ledger. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Pool } from "pg";
import { expect, onTestFinished, test } from "vitest";

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

/** `countTokens` is free for everyone, and has no row. */
function toldBy(calls: readonly SimulatedCall[]): readonly Told[] {
  const paid = calls.filter(({ operation }) => operation !== "countTokens");
  return sorted(
    paid.map(({ tokens, ...call }) => ({
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

async function storedIn(pool: Pool): Promise<readonly Told[]> {
  const { rows } = await pool.query<Told>(
    `select brand, operation, platform, model, http_status_code as "httpStatus",
            input_tokens::int as "inputTokens", output_tokens::int as "outputTokens",
            trim_scale(estimated_cost_usd)::text as "costUsd"
     from api_usage`,
  );
  return sorted(rows);
}

function sorted(calls: readonly Told[]): readonly Told[] {
  return calls.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
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
    expect(stored).toEqual(toldBy(simulator.calls));
    const { rows } = await pool.query(
      "select trim_scale(sum(estimated_cost_usd))::text as total from api_usage",
    );
    expect(rows).toEqual([{ total: simulator.totalCostUsd() }]);

    const byBrand = Map.groupBy(stored, ({ brand }) => brand);
    const requests = sumsBy(samplesOf(metrics, "api_usage_requests_total"), "brand");
    expect(requests).toEqual(
      Object.fromEntries([...byBrand].map(([brand, rows]) => [brand, rows.length])),
    );
    // Four tool rounds and an answer; an answer in three parts; one refused, and tried again.
    expect(requests).toMatchObject({
      "genai-3/functionCalling": 5,
      "genai-2/continuation": 3,
      "genai-3/retry": 2,
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
    const told = toldBy(simulator.calls).map((call) => ({ ...call, brand: "unattributed" }));
    expect(await storedIn(pool)).toEqual(sorted(told));
  });
});
