/** Live sessions through the real SDKs and clients: what is booked is what the provider charges. */
import { GoogleGenAI } from "@google/genai";
import { trace } from "@opentelemetry/api";
import { GoogleGenAI as GoogleGenAI1 } from "genai-1";
import { GoogleGenAI as GoogleGenAI2 } from "genai-2";
import { WebSocket as WsWebSocket } from "ws";
import { expect, test } from "vitest";

import { toUsdString } from "../../src/base/money.ts";
import { UsageSpanProcessor } from "../../src/telemetry/span-processor.ts";
import type { UsageRecord } from "../../src/usage/record.ts";
import { withUsage } from "../../src/usage/tags.ts";
import { simulated } from "../simulator/client.ts";
import type { Simulator } from "../simulator/simulator.ts";
import { initialised } from "../support/initialised.ts";
import { withSdk } from "../support/otel.ts";
import { LIVE_MODEL, liveMetering, talk, type LiveClient } from "../support/live.ts";

const PATH =
  "/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent?key=any";
const SETUP = JSON.stringify({ setup: { model: `models/${LIVE_MODEL}` } });
const HELLO = JSON.stringify({ clientContent: { turns: [{ parts: [{ text: "Hello there!" }] }] } });

function clientOf(simulator: Simulator, apiKey = "any"): LiveClient {
  return new GoogleGenAI({ apiKey, httpOptions: { baseUrl: simulator.url } }) as LiveClient;
}

function sumOf(records: readonly UsageRecord[]): string {
  return toUsdString(records.reduce((sum, { cost }) => sum + (cost ?? 0n), 0n));
}

test.each(Object.entries({ 1: GoogleGenAI1, 2: GoogleGenAI2, 3: GoogleGenAI }))(
  "@google/genai %s: a row for each turn, and together they are what the session costs",
  async (_, Client) => {
    const simulator = await simulated();
    const { records, faults } = liveMetering(simulator);
    const ai = new Client({ apiKey: "any", httpOptions: { baseUrl: simulator.url } }) as LiveClient;
    await talk(ai, ["How are you?", "And now? [[sim:thinking]]", "[[sim:grounded2]] Rain?"]);
    const turns = await records.take(3);
    expect(sumOf(records.all)).toBe(simulator.totalCostUsd());
    expect(turns[0]).toMatchObject({
      operation: "bidiGenerateContent",
      endpoint: "bidiGenerateContent",
      model: LIVE_MODEL,
      platform: "gemini_api",
      status: "success",
      usageStatus: "final",
      priceStatus: "priced",
      streaming: true,
      httpStatusCode: 101,
      // "How are you?" is 12 characters: 3 tokens.
      tokens: { input: 3, output: 87, modalities: { output: { audio: 75, text: 12 } } },
    });
    // 3 × $0.75/M + 75 × $12/M + 12 × $4.50/M
    expect(sumOf(turns.slice(0, 1))).toBe("0.00095625");
    expect(turns[2]?.items).toMatchObject([{ kind: "google_search", quantity: 2 }]);
    expect(faults).toEqual([]);
  },
);

test("on Vertex AI the model is named in full, and the answer counted as candidates", async () => {
  const simulator = await simulated();
  const { records } = liveMetering(simulator);
  const ai = new GoogleGenAI({
    vertexai: true,
    apiKey: "any",
    httpOptions: { baseUrl: simulator.url },
  }) as LiveClient;
  await talk(ai, ["How are you?"]);
  expect(await records.next()).toMatchObject({
    platform: "vertex_ai",
    model: LIVE_MODEL,
    priceStatus: "priced",
    serviceTier: "on_demand",
  });
  expect(sumOf(records.all)).toBe(simulator.totalCostUsd());
});

test("each session is its own brand's, also where two are open at once", async () => {
  const simulator = await simulated();
  const { records } = liveMetering(simulator);
  const ai = clientOf(simulator);
  await Promise.all([
    withUsage({ brand: "acme", endpoint: "voice" }, () => talk(ai, ["[[call:a]] one", "two"])),
    withUsage({ brand: "zenith" }, () => talk(ai, ["one, and a good deal more of it"])),
  ]);
  const turns = await records.take(3);
  const acme = turns.filter(({ brand }) => brand === "acme");
  const zenith = turns.filter(({ brand }) => brand === "zenith");
  expect([acme.length, zenith.length]).toEqual([2, 1]);
  expect(acme.map(({ endpoint }) => endpoint)).toEqual(["voice", "voice"]);
  const [first] = simulator.calls.filter(({ marker }) => marker === "a");
  expect(toUsdString(acme[0]!.cost!)).toBe(first?.costUsd);
});

test.each([false, true])(
  "the app hears the same with and without (compressed: %s)",
  async (compressed) => {
    const simulator = await simulated({ compressed });
    const ai = clientOf(simulator);
    // Beyond 1024 bytes `ws` compresses what it sends.
    const config = { systemInstruction: "Be brief. ".repeat(200) };
    const alone = await talk(ai, ["one", "two"], { config });
    simulator.reset();
    const { records, faults } = liveMetering(simulator);
    const observed = await talk(ai, ["one", "two"], { config });
    expect(JSON.stringify(observed)).toBe(JSON.stringify(alone));
    const turns = await records.take(2);
    expect(turns.map(({ model }) => model)).toEqual([LIVE_MODEL, LIVE_MODEL]);
    expect(sumOf(records.all)).toBe(simulator.totalCostUsd());
    expect(faults).toEqual([]);
  },
);

test("the global WebSocket is metered, and stays the class that it was", async () => {
  const native = globalThis.WebSocket;
  const simulator = await simulated({ compressed: true });
  const { records, faults } = liveMetering(simulator);
  const url = simulator.url.replace("http", "ws") + PATH;
  const socket = withUsage({ brand: "acme" }, () => new WebSocket(url));
  expect(socket).toBeInstanceOf(native);
  expect(socket).toBeInstanceOf(WebSocket);
  socket.addEventListener("open", () => {
    socket.send(SETUP);
    socket.send(HELLO);
  });
  const record = await records.next();
  expect(record).toMatchObject({ brand: "acme", model: LIVE_MODEL, priceStatus: "priced" });
  expect(toUsdString(record.cost!)).toBe(simulator.totalCostUsd());
  socket.close();
  expect(faults).toEqual([]);
});

test("a refused handshake is a free row of an error", async () => {
  const simulator = await simulated();
  const { records } = liveMetering(simulator);
  await expect(talk(clientOf(simulator, "invalid"), [])).rejects.toThrow("401");
  expect(await records.next()).toMatchObject({
    status: "error",
    errorType: "401",
    httpStatusCode: 401,
    priceStatus: "free",
    tokens: undefined,
  });
});

test("so is a session that the server closes in the place of an answer", async () => {
  const simulator = await simulated();
  const { records } = liveMetering(simulator);
  const socket = opened(simulator);
  socket.on("open", () => socket.send(JSON.stringify({ setup: { model: "models/nobody" } })));
  expect(await records.next()).toMatchObject({
    status: "error",
    errorType: "1008",
    errorMessage: "models/nobody is not found for bidiGenerateContent",
    requestedModel: "nobody",
    priceStatus: "free",
  });
});

test("and a server that is not there", async () => {
  const simulator = await simulated();
  const { records } = liveMetering(simulator);
  const url = simulator.url.replace("http", "ws") + PATH;
  await simulator.close();
  new WsWebSocket(url).on("error", () => undefined);
  expect(await records.next()).toMatchObject({ errorType: "ECONNREFUSED", priceStatus: "free" });
});

test("a turn that the server breaks off is a row whose cost is not known", async () => {
  const simulator = await simulated();
  const { records } = liveMetering(simulator);
  await talk(clientOf(simulator), ["one", "two [[sim:cut]]"]);
  expect(await records.take(2)).toMatchObject([
    { status: "success" },
    {
      status: "error",
      errorType: "1011",
      model: LIVE_MODEL,
      usageStatus: "missing",
      priceStatus: "unpriced",
      cost: undefined,
    },
  ]);
});

test.each(["close", "terminate"] as const)("so is one that the app leaves by %s", async (leave) => {
  const simulator = await simulated();
  const { records } = liveMetering(simulator);
  const socket = opened(simulator);
  let messages = 0;
  socket.on("open", () => {
    socket.send(SETUP);
    socket.send(HELLO.replace("Hello", "[[sim:hang]]"));
  });
  socket.on("message", () => {
    if (++messages === 2) socket[leave]();
  });
  expect(await records.next()).toMatchObject({
    status: "cancelled",
    usageStatus: "missing",
    priceStatus: "unpriced",
  });
});

test("a turn under way at the end of the process is a row of unknown outcome", async () => {
  const simulator = await simulated();
  const { records, meter } = liveMetering(simulator);
  const socket = opened(simulator);
  socket.on("open", () => {
    socket.send(SETUP);
    socket.send(HELLO.replace("Hello", "[[sim:hang]]"));
  });
  let messages = 0;
  socket.on("message", () => {
    if (++messages === 2) void meter.conclude();
  });
  expect(await records.next()).toMatchObject({ status: "unknown", priceStatus: "unpriced" });
  socket.close();
  await simulator.waitForCalls(1);
  expect(records.all).toHaveLength(1);
});

test("the span of each turn is a child of where the app connected", () =>
  withSdk({ processors: [new UsageSpanProcessor()] }, async ({ spans }) => {
    const simulator = await simulated();
    const { records } = liveMetering(simulator);
    const tracer = trace.getTracer("app");
    await tracer.startActiveSpan("call", async (span) => {
      await withUsage({ brand: "acme" }, () => talk(clientOf(simulator), ["one", "two"]));
      span.end();
    });
    const rows = await records.take(2);
    const call = spans().find(({ name }) => name === "call");
    const turns = spans().filter(({ name }) => name === `generate_content ${LIVE_MODEL}`);
    expect(turns.map(({ parentSpanContext }) => parentSpanContext?.spanId)).toEqual([
      call?.spanContext().spanId,
      call?.spanContext().spanId,
    ]);
    expect(rows.map(({ spanId }) => spanId)).toEqual(
      turns.map((turn) => turn.spanContext().spanId),
    );
    expect(turns[0]?.attributes).toMatchObject({
      "spendspan.brand": "acme",
      "gen_ai.usage.output_tokens": 87,
      "gen_ai.request.stream": true,
    });
  }));

test("a session in which nothing was said leaves no row", async () => {
  const simulator = await simulated();
  const { records } = liveMetering(simulator);
  await talk(clientOf(simulator), []);
  expect(records.all).toEqual([]);
});

test("strictBrand does not break a connection: it warns, and books as unattributed", async () => {
  const simulator = await simulated();
  const { records, faults } = liveMetering(simulator, { strictBrand: true });
  await talk(clientOf(simulator), ["one"]);
  expect(await records.next()).toMatchObject({ brand: "unattributed" });
  expect(String(faults[0])).toContain("without a brand");
});

test("other WebSockets are left alone", async () => {
  const simulator = await simulated();
  const { records } = liveMetering(simulator);
  const socket = new WsWebSocket(`${simulator.url.replace("http", "ws")}/chat`);
  await new Promise((resolve) => socket.on("error", resolve));
  expect(records.all).toEqual([]);
});

test("init() meters sessions, and shutdown() gives the global WebSocket back", async () => {
  const simulator = await simulated();
  const before = Object.getOwnPropertyDescriptor(globalThis, "WebSocket");
  const spendspan = initialised({ baseUrls: [simulator.url] });
  await talk(clientOf(simulator), ["one"]);
  expect(await spendspan.metrics()).toMatch(/endpoint="bidiGenerateContent".*status="success"\} 1/);
  expect(Object.getOwnPropertyDescriptor(globalThis, "WebSocket")).not.toEqual(before);
  await spendspan.shutdown();
  expect(Object.getOwnPropertyDescriptor(globalThis, "WebSocket")).toEqual(before);
});

test("what is said is in no record", async () => {
  const simulator = await simulated();
  const { records } = liveMetering(simulator, { fingerprintKey: "a secret of the app's own" });
  const ai = clientOf(simulator, "KEY-CANARY");
  await talk(ai, ["PROMPT-CANARY [[sim:grounded]]", "[[sim:cut]] PROMPT-CANARY"], {
    config: { systemInstruction: "SYSTEM-CANARY" },
  });
  const booked = JSON.stringify(await records.take(2), (_, value: unknown) =>
    typeof value === "bigint" ? String(value) : value,
  );
  expect(records.all[0]?.keyFingerprint).toMatch(/^[0-9a-f]{16}$/);
  expect(booked).not.toMatch(/CANARY|weather/);
});

function opened(simulator: Simulator): WsWebSocket {
  return new WsWebSocket(simulator.url.replace("http", "ws") + PATH);
}
