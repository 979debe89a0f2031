/** Rows don't depend on traces: whatever the app samples, exports or leaves out, each call has its row. */
import { join } from "node:path";
import { expect, test } from "vitest";

import { simulated } from "../simulator/client.ts";
import { runApp } from "../support/app.ts";
import { withDatabase } from "../support/database.ts";

const APP = join(import.meta.dirname, "../fixtures/tracing/app.ts");
const CALLS = 200;

interface ExportedSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
}

interface Row {
  readonly brand: string;
  readonly traceId: string | null;
  readonly spanId: string | null;
}

interface Traced {
  readonly rows: readonly Row[];
  readonly exported: readonly ExportedSpan[];
}

/** Runs the app, and holds its rows against what the simulator charged. */
async function traced(way: string): Promise<Traced> {
  const simulator = await simulated();
  return withDatabase(async ({ pool, url }) => {
    const env = { WAY: way, GEMINI_URL: simulator.url, SPENDSPAN_BASE_URLS: simulator.url };
    const { report: exported, output } = await runApp<readonly ExportedSpan[]>(APP, {
      env: { ...env, DATABASE_URL: url },
    });
    expect(output).toBe("");
    const { rows } = await pool.query<Row & { costUsd: string }>(
      `select brand, encode(trace_id, 'hex') as "traceId", encode(span_id, 'hex') as "spanId",
              trim_scale(estimated_cost_usd)::text as "costUsd"
       from api_usage order by brand`,
    );
    const booked = rows.map(({ brand, costUsd }) => `${brand}: ${costUsd}`);
    const charged = simulator.calls.map(({ marker, costUsd }) => `${marker}: ${costUsd}`);
    expect(booked.toSorted()).toEqual(charged.toSorted());
    return { rows, exported };
  });
}

function idsOf(spans: readonly (Row | ExportedSpan)[]): readonly string[] {
  return spans.map(({ traceId, spanId }) => `${traceId}/${spanId}`).toSorted();
}

test("an app that samples a tenth of its traces has a row for every call", async () => {
  const { rows, exported } = await traced("10 %");
  expect(rows).toHaveLength(CALLS);
  // 20 are to be expected; 60 are more than nine standard deviations off.
  expect(exported.length).toBeGreaterThan(0);
  expect(exported.length).toBeLessThan(60);
  expect(idsOf(rows)).toEqual(expect.arrayContaining([...idsOf(exported)]));
});

test.each([
  { way: "off", areInTrace: true },
  { way: "suppressed", areInTrace: false },
  { way: "no SDK", areInTrace: false },
])("an app that exports no span ($way) has a row for every call", async ({ way, areInTrace }) => {
  const { rows, exported } = await traced(way);
  expect(rows).toHaveLength(CALLS);
  expect(exported).toEqual([]);
  expect(rows.filter(({ traceId }) => (traceId !== null) !== areInTrace)).toEqual([]);
});

test.each(["processor listed", "SDK started after init()"])(
  "with a tracing SDK of its own (%s), every span is that of one row",
  async (way) => {
    const { rows, exported } = await traced(way);
    const ofCalls = exported.filter(({ name }) => name !== "job" && name !== "POST");
    expect(idsOf(ofCalls)).toEqual(idsOf(rows));

    // Four rounds of function calling and an answer.
    const [job] = exported.filter(({ name }) => name === "job");
    const rounds = rows.filter(({ brand }) => brand === "job");
    expect(rounds.map(({ traceId }) => traceId)).toEqual(Array(5).fill(job!.traceId));
    const parents = ofCalls.filter(({ traceId }) => traceId === job!.traceId);
    expect(parents.map(({ parentSpanId }) => parentSpanId)).toEqual(Array(5).fill(job!.spanId));
    // The HTTP client's own span of each round is the child of the round's.
    const hops = exported.filter(({ name }) => name === "POST");
    expect(hops).toHaveLength(5);
    expect(new Set(hops.map(({ parentSpanId }) => parentSpanId))).toEqual(
      new Set(rounds.map(({ spanId }) => spanId)),
    );
  },
);
