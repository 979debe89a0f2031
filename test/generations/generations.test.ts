/** What an app with its own OpenTelemetry gets from spendspan, and what it keeps. */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { simulated } from "../simulator/client.ts";
import { withDatabase } from "../support/database.ts";
import { samplesOf } from "../support/exposition.ts";
import type { InstalledApp } from "../support/installed.ts";
import { startScript } from "../support/script.ts";
import { appOfGeneration, GENERATIONS, installOtel2 } from "./generation.ts";

interface ReportedSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId?: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

interface Report {
  readonly spans: readonly ReportedSpan[];
  /** What OpenTelemetry itself complained of. */
  readonly complaints: readonly string[];
  /** Names of the metrics that the app's own reader collected. */
  readonly metrics: readonly string[];
  /** The text of `/metrics`. */
  readonly page: string;
}

interface Row {
  readonly trace_id: string | null;
  readonly span_id: string | null;
  readonly brand: string;
  readonly status: string;
  readonly estimated_cost_usd: string;
}

beforeAll(installOtel2, 120_000);

describe.each(Object.entries(GENERATIONS))("OpenTelemetry SDK %s", (name, generation) => {
  let app: InstalledApp;
  beforeAll(async () => {
    app = await appOfGeneration(generation);
    await app.link(["@types/node", "undici-types"]);
    await app.write("otel.mjs", otelModule(generation.tracing, generation.processor));
  });
  afterAll(() => app[Symbol.asyncDispose]());

  /** Runs an app that has `otel.mjs` and ends with `report()`. */
  async function ran(source: string, env: Readonly<Record<string, string>> = {}) {
    const simulator = await simulated();
    return withDatabase(async ({ pool, url }) => {
      const script = startScript(PRELUDE + source, {
        cwd: app.directory,
        env: {
          GOOGLE_GEMINI_BASE_URL: simulator.url,
          DATABASE_URL: url,
          SPENDSPAN_PORT: "0",
          ...env,
        },
      });
      const { code, stdout, stderr } = await script.ended;
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      const { rows } = await pool.query<Row>(
        `select encode(trace_id, 'hex') as trace_id, encode(span_id, 'hex') as span_id, brand, status, estimated_cost_usd from api_usage
         order by created_at`,
      );
      const report = JSON.parse(stdout) as Report;
      return { report, rows, billed: simulator.billedCalls().length };
    });
  }

  test("is what these apps have", async () => {
    const manifest = join(app.directory, "node_modules/@opentelemetry/sdk-metrics/package.json");
    const { version } = JSON.parse(await readFile(manifest, "utf8")) as { version: string };
    expect(`${version.split(".")[0]}.x`).toBe(name);
  });

  test("a NodeSDK of the app's gets our spans, below its own, and its reader our metrics", async () => {
    const { report, rows, billed } = await ran(`
      otel.sdk().start();
      init();
      await otel.inSpan("handle request", () => withUsage({ brand: "acme" }, ask));
      await report();`);
    expect(report.complaints).toEqual([]);
    expect(billed).toBe(1);
    const [call, parent] = report.spans;
    expect(report.spans).toHaveLength(2);
    expect(parent).toMatchObject({ name: "handle request" });
    expect(call).toMatchObject({
      name: "generate_content gemini-2.5-flash",
      parentId: parent!.spanId,
      traceId: parent!.traceId,
      attributes: {
        "gen_ai.operation.name": "generate_content",
        "gen_ai.request.model": "gemini-2.5-flash",
        "gen_ai.usage.input_tokens": expect.any(Number),
        "spendspan.brand": "acme",
        "spendspan.cost.usd": Number(rows[0]!.estimated_cost_usd),
      },
    });
    expect(rows).toEqual([
      expect.objectContaining({
        trace_id: call!.traceId,
        span_id: call!.spanId,
        brand: "acme",
        status: "success",
      }),
    ]);
    expect(report.metrics).toEqual(
      expect.arrayContaining([
        "api_usage_requests_total",
        "api_usage_tokens_total",
        "api_usage_cost_usd_total",
        "gen_ai.client.token.usage",
        "gen_ai.client.operation.duration",
      ]),
    );
    expect(samplesOf(report.page, "api_usage_requests_total")).toContainEqual({
      labels: expect.objectContaining({ brand: "acme", status: "success" }),
      value: 1,
    });
  });

  test.each([
    ["in the same breath", "otel.sdk().start();"],
    ["when spendspan is ready", "await spendspan.ready(); otel.sdk().start();"],
  ])("a NodeSDK that starts after init, %s, is the app's all the same", async (_when, start) => {
    const { report, rows } = await ran(`
      const spendspan = init();
      ${start}
      await otel.inSpan("handle request", ask);
      await report();`);
    expect(report.complaints).toEqual([]);
    expect(report.spans.map(({ name }) => name)).toEqual([
      "generate_content gemini-2.5-flash",
      "handle request",
    ]);
    expect(rows.map(({ trace_id }) => trace_id)).toEqual([report.spans[0]!.traceId]);
  });

  test("where the app has no SDK, one is started that gives calls their ids", async () => {
    const { report, rows } = await ran(`
      await init().ready();
      await ask();
      await report();`);
    expect(report.complaints).toEqual([]);
    expect(rows).toEqual([
      expect.objectContaining({
        trace_id: expect.stringMatching(/^[0-9a-f]{32}$/),
        span_id: expect.stringMatching(/^[0-9a-f]{16}$/),
      }),
    ]);
    const counts = samplesOf(report.page, "api_usage_requests_total");
    expect(counts.filter(({ value }) => value > 0)).toHaveLength(1);
  });

  test("UsageSpanProcessor in the app's list makes no second row, and a sampler costs none", async () => {
    const { report, rows, billed } = await ran(
      `otel.sdk({ before: [new UsageSpanProcessor()] }).start();
       init();
       for (let call = 1; call <= 5; call++) await ask();
       await report();`,
      { OTEL_TRACES_SAMPLER: "traceidratio", OTEL_TRACES_SAMPLER_ARG: "0.5" },
    );
    expect(report.complaints).toEqual([]);
    expect(billed).toBe(5);
    expect(new Set(rows.map(({ span_id }) => span_id)).size).toBe(5);
    expect(rows).toHaveLength(5);
  });

  test("UsageSpanProcessor is what the type of spanProcessors asks for", async () => {
    await app.write(
      "typed.ts",
      `import { NodeSDK } from "@opentelemetry/sdk-node";
       import { UsageSpanProcessor } from "spendspan";
       new NodeSDK({ spanProcessors: [new UsageSpanProcessor()] }).start();
       // @ts-expect-error -- so that a NodeSDK without types could not pass for one with them
       new NodeSDK({ spanProcessors: [42] });`,
    );
    expect(await typeErrors(app.directory, "typed.ts")).toBe("");
  });
});

const PRELUDE = `
  import { GoogleGenAI } from "@google/genai";
  import { init, UsageSpanProcessor, withUsage } from "spendspan";
  import * as otel from "./otel.mjs";

  const ai = new GoogleGenAI({ apiKey: "any" });
  const ask = () => ai.models.generateContent({ model: "gemini-2.5-flash", contents: "How much?" });
  async function report() {
    const spendspan = init();
    await spendspan.flush();
    const page = await spendspan.metrics();
    console.log(JSON.stringify({ ...(await otel.seen()), page }));
  }
`;

/** What the app itself does with OpenTelemetry, in the words of its generation. */
function otelModule(tracing: string, processor: string): string {
  return `
    import { diag, DiagLogLevel, trace } from "@opentelemetry/api";
    import { MetricReader } from "@opentelemetry/sdk-metrics";
    import { NodeSDK } from "@opentelemetry/sdk-node";
    import { InMemorySpanExporter, SimpleSpanProcessor } from "${tracing}";

    const complaints = [];
    const complain = (message) => void complaints.push(message);
    const ignore = () => undefined;
    diag.setLogger(
      { error: complain, warn: complain, info: ignore, debug: ignore, verbose: ignore },
      DiagLogLevel.WARN,
    );

    class Reader extends MetricReader {
      async onForceFlush() {}
      async onShutdown() {}
    }
    const exporter = new InMemorySpanExporter();
    const reader = new Reader();
    let started = false;

    export function sdk({ before = [] } = {}) {
      started = true;
      return new NodeSDK({
        spanProcessors: [...before, ${processor}],
        metricReaders: [reader],
        logRecordProcessors: [],
        autoDetectResources: false,
      });
    }

    export function inSpan(name, fn) {
      return trace.getTracer("app").startActiveSpan(name, (span) => fn().finally(() => span.end()));
    }

    export async function seen() {
      const spans = exporter.getFinishedSpans().map((span) => ({
        name: span.name,
        ...span.spanContext(),
        parentId: span.parentSpanContext?.spanId,
        attributes: span.attributes,
      }));
      const metrics = started
        ? (await reader.collect()).resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics)
        : [];
      return { spans, complaints, metrics: metrics.map(({ descriptor }) => descriptor.name) };
    }
  `;
}

/** What the compiler has to say of a file, in a strict project of Node's own types. */
async function typeErrors(cwd: string, file: string): Promise<string> {
  const tsc = join(import.meta.dirname, "../../node_modules/.bin/tsc");
  const options = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2024"];
  const args = [...options, "--types", "node", "--skipLibCheck", file];
  return promisify(execFile)(tsc, args, { cwd }).then(
    ({ stdout }) => stdout,
    ({ stdout }: { stdout: string }) => stdout,
  );
}
