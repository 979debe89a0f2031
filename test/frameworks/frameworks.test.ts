/** What an app calls through a framework is in the ledger once, also where the framework traces it. */
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";

import type { SimulatedCall } from "../simulator/call-log.ts";
import { simulated } from "../simulator/client.ts";
import { withDatabase } from "../support/database.ts";
import { samplesOf, sumsBy } from "../support/exposition.ts";
import { installedApp } from "../support/installed.ts";
import { installLocked } from "../support/locked-packages.ts";
import { runScript } from "../support/script.ts";

const PACKAGES = join(import.meta.dirname, "packages");
const OPEN_TELEMETRY = ["api", "sdk-node", "sdk-metrics", "sdk-trace", "exporter-prometheus"];

interface Report {
  readonly spans: readonly {
    /** Who made it: the app, the framework or spendspan. */
    readonly scope: string;
    readonly spanId: string;
  }[];
  /** The text of `/metrics`. */
  readonly page: string;
}

interface Row {
  readonly brand: string;
  readonly attempt: number;
  readonly httpStatus: number;
  readonly costUsd: string;
  readonly spanId: string;
}

beforeAll(() => installLocked(PACKAGES), 120_000);

/** Runs the app of that name against a simulator and a ledger. */
async function ran(name: string, packages: readonly string[]) {
  const simulator = await simulated();
  await using app = await installedApp();
  await app.link(OPEN_TELEMETRY.map((part) => `@opentelemetry/${part}`));
  await app.link(packages, PACKAGES);
  for (const file of [`${name}.mjs`, "observed.mjs"]) {
    await copyFile(join(import.meta.dirname, file), join(app.directory, file));
  }
  return await withDatabase(async ({ pool, url }) => {
    const { code, stdout, stderr } = await runScript(`await import("./${name}.mjs");`, {
      cwd: app.directory,
      env: { GOOGLE_GEMINI_BASE_URL: simulator.url, DATABASE_URL: url, SPENDSPAN_SERVER: "off" },
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const { rows } = await pool.query<Row>(
      `select brand, attempt, http_status_code as "httpStatus", encode(span_id, 'hex') as "spanId",
              trim_scale(estimated_cost_usd)::text as "costUsd"
       from api_usage order by created_at`,
    );
    return { simulator, rows, report: JSON.parse(stdout) as Report };
  });
}

/** What is told of each request alike by the simulator and by the ledger. */
type Charge = Pick<Row, "brand" | "httpStatus" | "costUsd">;

/** As the simulator charged them; a request that was refused cost nothing. */
function chargesOf(calls: readonly SimulatedCall[]): readonly Charge[] {
  return calls.map(({ marker, httpStatus, costUsd }) => ({
    brand: marker!,
    httpStatus: httpStatus!,
    costUsd: costUsd ?? "0",
  }));
}

function sorted(charges: readonly Charge[]): readonly string[] {
  return charges
    .map(({ brand, httpStatus, costUsd }) => `${brand} ${httpStatus} ${costUsd}`)
    .toSorted();
}

/** By brand. Rounds of tools are requests of their own: a tool is called twice, then comes the answer. */
const REQUESTS = { generate: 1, stream: 1, embed: 1, embedMany: 1, tools: 3, retry: 2 };

test.each([
  [
    "Vercel's AI SDK, with its own tracing on,",
    "ai-sdk",
    ["ai", "@ai-sdk/google", "@ai-sdk/otel", "zod"],
    { ...REQUESTS, toolsStream: 3 },
    ["app", "gen_ai", "spendspan"],
  ],
  [
    "LangChain, with callbacks,",
    "langchain",
    ["@langchain/core", "@langchain/google-genai", "zod"],
    REQUESTS,
    ["app", "spendspan"],
  ],
])(
  "every request of %s is one row and one span, priced as it was charged",
  async (_, app, packages, requests, tracers) => {
    const { simulator, rows, report } = await ran(app, packages);
    expect(sorted(rows)).toEqual(sorted(chargesOf(simulator.calls)));
    expect(sumsBy(samplesOf(report.page, "api_usage_requests_total"), "brand")).toEqual(requests);
    const retried = rows.filter(({ brand }) => brand === "retry");
    expect(retried.map(({ attempt, httpStatus }) => [attempt, httpStatus])).toEqual([
      [1, 503],
      [2, 200],
    ]);
    expect([...new Set(report.spans.map(({ scope }) => scope))].toSorted()).toEqual(tracers);
    const ours = report.spans.filter(({ scope }) => scope === "spendspan");
    expect(ours.map(({ spanId }) => spanId).toSorted()).toEqual(
      rows.map(({ spanId }) => spanId).toSorted(),
    );
  },
);
