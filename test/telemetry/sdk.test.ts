import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { createNoopMeter, diag, DiagLogLevel, logs, metrics, trace } from "@opentelemetry/api";
import { NodeSDK } from "@opentelemetry/sdk-node";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { FallbackSdk, isSdkRegistered } from "../../src/telemetry/sdk.ts";
import { startCallSpan } from "../../src/telemetry/span.ts";
import { UsageSpanProcessor } from "../../src/telemetry/span-processor.ts";
import { Delivery } from "../../src/usage/delivery.ts";
import { Recorder } from "../../src/usage/recorder.ts";
import { serve } from "../support/http-server.ts";
import { KeptLogger } from "../support/logger.ts";
import { aCallStart, unregisterAll, withSdk } from "../support/otel.ts";
import { aRecord } from "../support/record.ts";

/** Everything that OpenTelemetry says of itself. */
const said: string[] = [];

beforeEach(() => {
  said.length = 0;
  const keep = (level: string) => (message: string) => void said.push(`${level} ${message}`);
  const logger = {
    error: keep("error"),
    warn: keep("warn"),
    info: keep("info"),
    debug: keep("debug"),
    verbose: keep("verbose"),
  };
  diag.setLogger(logger, { logLevel: DiagLogLevel.DEBUG, suppressOverrideMessage: true });
});

afterEach(() => {
  vi.unstubAllEnvs();
  unregisterAll();
  diag.disable();
});

test("without an SDK, one is started that gives calls their ids and knows our processor", async () => {
  let flushes = 0;
  const sdk = await start(new UsageSpanProcessor(async () => void flushes++));
  expect(sdk.started).toBe(true);
  expect(call().traceId).toMatch(/^[0-9a-f]{32}$/);
  await sdk.shutdown();
  expect(flushes).toBe(1);
});

test("an SDK started here exports nothing unless the environment asks for it", async () => {
  await start();
  expect(said.filter((line) => line.includes("default otlp exporter"))).toEqual([]);
  expect(metrics.getMeterProvider().getMeter("any")).toBe(createNoopMeter());
  unregisterAll();

  // Control: left to itself, a NodeSDK says that it starts exporters.
  new NodeSDK({ autoDetectResources: false }).start();
  expect(said.filter((line) => line.includes("default otlp exporter")).length).toBeGreaterThan(0);
});

test("an SDK started here leaves the slots of metrics and logs to the app, and the environment as it was", async () => {
  vi.stubEnv("OTEL_LOGS_EXPORTER", "");
  await start();
  const meterProvider = metrics.getMeterProvider();
  expect(metrics.setGlobalMeterProvider(meterProvider)).toBe(true);
  expect(logs.setGlobalLoggerProvider({ getLogger: () => logs.getLogger("any") })).toBe(true);
  expect(process.env["OTEL_LOGS_EXPORTER"]).toBe("");
});

test("an SDK started here exports spans where the environment says, and records are delivered once", async () => {
  const bodies: string[] = [];
  await using collector = await serve((request, response) => {
    void text(request).then((body) => {
      bodies.push(`${request.url} ${body}`);
      response.end("{}");
    });
  });
  vi.stubEnv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", `${collector.url}/v1/traces`);
  vi.stubEnv("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json");
  const sdk = await start();
  expect(call().records).toBe(1);
  await sdk.shutdown();
  expect(bodies).toHaveLength(1);
  expect(bodies[0]).toContain("/v1/traces");
  expect(bodies[0]).toContain("generate_content gemini-2.5-flash");
});

test("an exporter named none is not asked for, whatever the endpoint", async () => {
  vi.stubEnv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9");
  for (const signal of ["TRACES", "METRICS", "LOGS"]) vi.stubEnv(`OTEL_${signal}_EXPORTER`, "none");
  let flushes = 0;
  const sdk = await start(new UsageSpanProcessor(async () => void flushes++));
  await sdk.shutdown();
  expect(flushes).toBe(1);
});

test("an SDK that the app has registered is joined, and left running", () =>
  withSdk({}, async ({ spans }) => {
    const sdk = await start();
    expect(sdk.started).toBe(false);
    await sdk.shutdown();
    call();
    expect(spans()).toHaveLength(1);
  }));

test("an SDK that the app registers while ours is loading wins, without a word of complaint", async () => {
  const starting = start();
  await withSdk({}, async ({ spans }) => {
    expect((await starting).started).toBe(false);
    call();
    expect(spans()).toHaveLength(1);
  });
  expect(said.filter((line) => line.startsWith("error"))).toEqual([]);
});

test("an SDK that the app registers after ours was loaded, but before the first call, wins", async () => {
  const ours = new FallbackSdk({
    mode: "auto",
    processor: new UsageSpanProcessor(),
    logger: new KeptLogger(),
  });
  await ours.load();
  await withSdk({}, async ({ spans }) => {
    ours.start();
    expect(ours.started).toBe(false);
    call();
    expect(spans()).toHaveLength(1);
    await ours.shutdown();
    call();
    expect(spans()).toHaveLength(2);
  });
  expect(said.filter((line) => line.startsWith("error"))).toEqual([]);
});

test("in mode join nothing is started", async () => {
  const parts = { mode: "join", processor: new UsageSpanProcessor() } as const;
  const sdk = new FallbackSdk({ ...parts, logger: new KeptLogger() });
  await sdk.load();
  sdk.start();
  expect(sdk.started).toBe(false);
  expect(isSdkRegistered()).toBe(false);
});

test("OTEL_SDK_DISABLED is respected", async () => {
  vi.stubEnv("OTEL_SDK_DISABLED", "true");
  expect((await start()).started).toBe(false);
  expect(isSdkRegistered()).toBe(false);
});

test("after shutdown another SDK can be started in its place", async () => {
  for (let turn = 1; turn <= 2; turn++) {
    const sdk = await start();
    expect(sdk.started).toBe(true);
    await sdk.shutdown();
    expect(isSdkRegistered()).toBe(false);
  }
  expect(said.filter((line) => line.startsWith("error"))).toEqual([]);
});

test("a tracer provider registered without a NodeSDK counts as an SDK", () => {
  expect(isSdkRegistered()).toBe(false);
  const tracer = trace.getTracer("any");
  trace.setGlobalTracerProvider({ getTracer: () => tracer });
  expect(isSdkRegistered()).toBe(true);
});

test("where @opentelemetry/sdk-node is not installed, that is said once and calls go on", async () => {
  const directory = await mkdtemp(join(tmpdir(), "spendspan-no-sdk-"));
  try {
    const installed = join(directory, "node_modules/@opentelemetry");
    await mkdir(installed, { recursive: true });
    await symlink(resolve("node_modules/@opentelemetry/api"), join(installed, "api"));
    await cp("src", join(directory, "src"), { recursive: true });
    await writeFile(
      join(directory, "app.mts"),
      `import { FallbackSdk } from "./src/telemetry/sdk.ts";
       const logger = { info: (message) => console.log(message), warn: console.error };
       const sdk = new FallbackSdk({ mode: "auto", processor: {}, logger });
       await sdk.load();
       sdk.start();
       console.log(sdk.started);`,
    );
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ["app.mts"], {
      cwd: directory,
    });
    expect(stderr).toBe("");
    expect(stdout).toBe(
      "@opentelemetry/sdk-node is not installed, so calls make no spans\nfalse\n",
    );
  } finally {
    await rm(directory, { recursive: true });
  }
});

async function start(
  processor: UsageSpanProcessor = new UsageSpanProcessor(),
): Promise<FallbackSdk> {
  const sdk = new FallbackSdk({ mode: "auto", processor, logger: new KeptLogger() });
  await sdk.load();
  sdk.start();
  return sdk;
}

/** Makes one call, and says how many records it delivered. */
function call(): { readonly traceId: string | undefined; readonly records: number } {
  let records = 0;
  const sink = { name: "counting", accept: () => void records++ };
  const span = startCallSpan(aCallStart());
  span.end(new Delivery(aRecord(), new Recorder([sink], new KeptLogger())));
  return { traceId: span.traceId, records };
}
