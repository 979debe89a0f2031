/** The OpenAI-compatible endpoint, asked as OpenAI's client asks it: rows are what is charged. */
import { expect, onTestFinished, test } from "vitest";

import { toUsdString } from "../../src/base/money.ts";
import { simulated } from "../simulator/client.ts";
import type { Simulator } from "../simulator/simulator.ts";
import { type Metering, metering } from "../support/metering.ts";

const MODEL = "gemini-2.5-flash";
const USAGE =
  '[[usage:{"promptTokenCount":1000,"candidatesTokenCount":200,"totalTokenCount":1200}]]';
/** 1 000 × $0.30/M + 200 × $2.50/M */
const COST = 800_000_000n;
const GEMINI_API = "/v1beta/openai";
const VERTEX_AI = "/v1/projects/p/locations/us-central1/endpoints/openapi";

interface Metered extends Metering {
  readonly simulator: Simulator;
  /** Posts `body`, and gives what was answered. */
  readonly ask: (path: string, body: object) => Promise<string>;
}

async function metered(): Promise<Metered> {
  const simulator = await simulated();
  const meter = metering(simulator.url);
  onTestFinished(() => expect(meter.faults).toEqual([]));
  const ask = async (path: string, body: object) => {
    const headers = { authorization: "Bearer any", "content-type": "application/json" };
    const init = { method: "POST", headers, body: JSON.stringify(body) };
    return (await meter.fetch(simulator.url + path, init)).text();
  };
  return { ...meter, simulator, ask };
}

function chat(content: string, more: object = {}): object {
  return { model: MODEL, messages: [{ role: "user", content }], ...more };
}

const STREAMED = { stream: true, stream_options: { include_usage: true } };

test.each([
  [GEMINI_API, MODEL],
  [VERTEX_AI, `google/${MODEL}`],
])("at %s every completion is a row, and costs what was charged", async (base, model) => {
  const { ask, records, simulator } = await metered();
  const path = `${base}/chat/completions`;
  await ask(path, chat(USAGE, { model }));
  await ask(path, chat(USAGE, { model, ...STREAMED }));
  for (const word of ["thinking", "cached", "maxtok", "longcontext", "crlf", "bytewise3"]) {
    await ask(path, chat("How much is it?", { model: `${model}-sim-${word}` }));
    await ask(path, chat("How much is it?", { model: `${model}-sim-${word}`, ...STREAMED }));
  }
  await expect.poll(() => records.all).toHaveLength(14);
  for (const record of records.all) {
    expect(record).toMatchObject({
      operation: "chat.completions",
      model: MODEL,
      status: "success",
      usageStatus: "final",
      priceStatus: "priced",
    });
  }
  expect(records.all.slice(0, 2).map(({ cost }) => cost)).toEqual([COST, COST]);
  expect(simulator.billedCalls()).toHaveLength(14);
  const total = records.all.reduce((sum, { cost }) => sum + (cost ?? 0n), 0n);
  expect(toUsdString(total)).toBe(simulator.totalCostUsd());
});

test("embeddings are billed by their input", async () => {
  const { ask, records, simulator } = await metered();
  const body = { model: "gemini-embedding-001", input: ["x".repeat(4_000), "x".repeat(8_000)] };
  await ask(`${GEMINI_API}/embeddings`, body);
  const record = await records.next();
  expect(record).toMatchObject({ operation: "embeddings", priceStatus: "priced" });
  // 3,001 tokens, one of them for the line between the two, × $0.15/M
  expect(toUsdString(record.cost ?? 0n)).toBe(simulator.totalCostUsd());
});

test.each([
  ["a stream that isn't asked for usage", chat(USAGE, { stream: true })],
  ["an answer without it", chat(USAGE, { model: `${MODEL}-sim-nousage` })],
])("%s has no known cost, and never 0", async (_, body) => {
  const { ask, records } = await metered();
  await ask(`${GEMINI_API}/chat/completions`, body);
  expect(await records.next()).toMatchObject({
    model: MODEL,
    status: "success",
    usageStatus: "missing",
    priceStatus: "unpriced",
    cost: undefined,
  });
});

test("what fails is free, and named by the model that was asked for", async () => {
  const { ask, records } = await metered();
  await ask(`${GEMINI_API}/chat/completions`, chat("[[sim:err429]]"));
  expect(await records.next()).toMatchObject({
    requestedModel: MODEL,
    status: "error",
    errorType: "RESOURCE_EXHAUSTED",
    priceStatus: "free",
    cost: 0n,
  });
});

test("what was said is in no record", async () => {
  const { ask, records } = await metered();
  const said = [
    await ask(`${GEMINI_API}/chat/completions`, chat("CANARY")),
    await ask(`${GEMINI_API}/chat/completions`, chat("CANARY", STREAMED)),
  ];
  for (const answer of said) expect(answer).toContain("Der Preis");
  await expect.poll(() => records.all).toHaveLength(2);
  const kept = JSON.stringify(records.all, (_, value: unknown) =>
    typeof value === "bigint" ? String(value) : value,
  );
  expect(kept).not.toMatch(/CANARY|Der Preis/);
});
