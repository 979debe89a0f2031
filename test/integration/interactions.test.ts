/** Interactions of the real SDKs: every request that is billed is a row, and costs what was charged. */
import { GoogleGenAI } from "@google/genai";
import { GoogleGenAI as GoogleGenAI1 } from "genai-1";
import { GoogleGenAI as GoogleGenAI2 } from "genai-2";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { toUsdString } from "../../src/base/money.ts";
import type { Fetch } from "../../src/capture/fetch.ts";
import type { UsageRecord } from "../../src/usage/record.ts";
import { simulated } from "../simulator/client.ts";
import type { Simulator } from "../simulator/simulator.ts";
import { metering } from "../support/metering.ts";

const MODEL = "gemini-2.5-flash";
const USAGE =
  '[[usage:{"promptTokenCount":1000,"candidatesTokenCount":200,"totalTokenCount":1200}]]';
/** 1 000 × $0.30/M + 200 × $2.50/M */
const COST = "0.0008";

beforeEach(() => {
  vi.spyOn(console, "warn").mockImplementation(() => {}); // interactions are experimental in SDK 1.x
});
afterEach(() => {
  vi.unstubAllGlobals();
});

/** What the SDKs have in common, whose own types are strangers to each other. */
interface Interactions {
  create(request: { model: string; input: string }): Promise<unknown>;
  create(request: { model: string; input: string; stream: true }): Promise<AsyncIterable<unknown>>;
}

function client(simulator: Simulator, fetch: Fetch): GoogleGenAI {
  return new GoogleGenAI({ apiKey: "any", httpOptions: { baseUrl: simulator.url, fetch } });
}

function client2(simulator: Simulator, fetch: Fetch): GoogleGenAI2 {
  return new GoogleGenAI2({ apiKey: "any", httpOptions: { baseUrl: simulator.url, fetch } });
}

function totalOf(records: readonly UsageRecord[]): string {
  return toUsdString(records.reduce((sum, { cost }) => sum + (cost ?? 0n), 0n));
}

async function drained(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of stream);
}

test.each([
  ["3.x", client],
  ["2.x", client2],
])("SDK %s: whole, streamed and continued, each request is a row", async (_, clientOf) => {
  const simulator = await simulated();
  const { fetch, records, faults } = metering(simulator.url);
  const interactions: Interactions = clientOf(simulator, fetch).interactions;
  await interactions.create({ model: MODEL, input: USAGE });
  await interactions.create({ model: `${MODEL}-sim-full`, input: "How much is it?" });
  await drained(await interactions.create({ model: MODEL, input: USAGE, stream: true }));
  await drained(
    await interactions.create({
      model: `${MODEL}-sim-thinking-bytewise7`,
      input: "x",
      stream: true,
    }),
  );
  await interactions.create({ model: `${MODEL}-sim-cont3`, input: "Tell me all of it." });
  await interactions.create({ model: `${MODEL}-sim-grounded2`, input: "What is new?" });
  await expect.poll(() => records.all).toHaveLength(8);

  expect(records.all.slice(0, 3).map(({ cost }) => toUsdString(cost ?? 0n))).toEqual([
    COST,
    expect.any(String),
    COST,
  ]);
  for (const record of records.all) {
    expect(record).toMatchObject({
      operation: "interactions.create",
      model: MODEL,
      usageStatus: "final",
      priceStatus: "priced",
      status: "success",
    });
  }
  expect(records.all.map(({ streaming }) => streaming)).toEqual([
    false,
    false,
    true,
    true,
    false,
    false,
    false,
    false,
  ]);
  expect(simulator.billedCalls()).toHaveLength(8);
  expect(totalOf(records.all)).toBe(simulator.totalCostUsd());
  expect(faults).toEqual([]);
});

test("an image of some megabytes, which the usage stands before, doesn't hide it", async () => {
  const simulator = await simulated();
  const { fetch, records } = metering(simulator.url);
  const { interactions } = client(simulator, fetch);
  const request = { model: `${MODEL}-image-sim-huge2`, input: "A picture, please." };
  await interactions.create(request);
  await drained(await interactions.create({ ...request, stream: true }));
  await expect.poll(() => records.all).toHaveLength(2);
  expect(records.all.map(({ priceStatus }) => priceStatus)).toEqual(["priced", "priced"]);
  expect(totalOf(records.all)).toBe(simulator.totalCostUsd());
});

test("SDK 1.x, whose clients keep the fetch that they were made with: whole and streamed", async () => {
  const simulator = await simulated();
  const { fetch, records, faults } = metering(simulator.url);
  vi.stubGlobal("fetch", fetch);
  const ai = new GoogleGenAI1({ apiKey: "any", httpOptions: { baseUrl: simulator.url } });
  await ai.interactions.create({ model: MODEL, input: USAGE });
  await drained(await ai.interactions.create({ model: MODEL, input: USAGE, stream: true }));
  await expect.poll(() => records.all).toHaveLength(2);
  for (const record of records.all) {
    expect(record).toMatchObject({ requestedModel: MODEL, model: MODEL, priceStatus: "priced" });
  }
  expect(totalOf(records.all)).toBe(simulator.totalCostUsd());
  expect(faults).toEqual([]);
});

test("a failed try is free, and its retry is billed", async () => {
  const simulator = await simulated();
  const { fetch, records } = metering(simulator.url);
  await client(simulator, fetch).interactions.create({
    model: `${MODEL}-sim-503once`,
    input: USAGE,
  });
  await expect.poll(() => records.all).toHaveLength(2);
  expect(records.all.map(({ status, cost }) => [status, cost])).toEqual([
    ["error", 0n],
    ["success", 800_000_000n],
  ]);
});

test("a stream that its reader leaves is followed to its end", async () => {
  const simulator = await simulated();
  const { fetch, records } = metering(simulator.url);
  const stream = await client(simulator, fetch).interactions.create({
    model: MODEL,
    input: USAGE,
    stream: true,
  });
  for await (const event of stream) if (event.event_type === "step.start") break;
  expect(await records.next()).toMatchObject({ cost: 800_000_000n, usageStatus: "final" });
});

test.each([
  ["cut", "UND_ERR_SOCKET"],
  ["sseerr", "UNAVAILABLE"],
])("of a stream that ends by %s no usage is made up", async (word, errorType) => {
  const simulator = await simulated();
  const { fetch, records } = metering(simulator.url);
  const response = await fetch(`${simulator.url}/v1/interactions`, {
    method: "POST",
    body: JSON.stringify({ model: `${MODEL}-sim-${word}`, input: USAGE, stream: true }),
  });
  await drained(response.body!).catch(() => {});
  expect(await records.next()).toMatchObject({
    model: MODEL,
    status: "error",
    errorType,
    usageStatus: "missing",
    priceStatus: "unpriced",
    cost: undefined,
  });
});

test("an ending without usage, and one that never came, are told from a final one", async () => {
  const simulator = await simulated();
  const { fetch, records } = metering(simulator.url);
  const { interactions } = client(simulator, fetch);
  for (const word of ["gap", "nofinish", "nousage"]) {
    const model = `${MODEL}-sim-${word}`;
    await drained(await interactions.create({ model, input: USAGE, stream: true }));
  }
  await expect.poll(() => records.all).toHaveLength(3);
  expect(records.all.map(({ usageStatus, cost }) => [usageStatus, cost])).toEqual([
    ["missing", undefined],
    ["partial", expect.any(BigInt)],
    ["missing", undefined],
  ]);
});

test("what the provider withheld is an error, with the usage that it tells", async () => {
  const simulator = await simulated();
  const { fetch, records } = metering(simulator.url);
  await client(simulator, fetch).interactions.create({ model: `${MODEL}-sim-safety`, input: "x" });
  expect(await records.next()).toMatchObject({
    status: "error",
    errorType: "content_blocked",
    priceStatus: "partial",
  });
});

test("what was said is in no record", async () => {
  const simulator = await simulated();
  const { fetch, records } = metering(simulator.url);
  const { interactions } = client(simulator, fetch);
  const request = { model: MODEL, input: "CANARY", system_instruction: "CANARY" };
  const { output_text: said } = await interactions.create(request);
  await drained(await interactions.create({ ...request, stream: true }));
  await expect.poll(() => records.all).toHaveLength(2);
  const kept = JSON.stringify(records.all, (_, value: unknown) =>
    typeof value === "bigint" ? String(value) : value,
  );
  expect(kept).not.toContain("CANARY");
  expect(said).toContain("Der Preis");
  expect(kept).not.toContain("Der Preis");
});
