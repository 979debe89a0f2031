import { createHash } from "node:crypto";

import { expect, test } from "vitest";

import { contents, generate, simulated, stream } from "./client.ts";
import { startSimulator } from "./simulator.ts";

test("a call is on record, with what it cost, when its client has the answer", async () => {
  const simulator = await simulated();
  const usage = '{"promptTokenCount":10,"candidatesTokenCount":20,"totalTokenCount":30}';
  const prompt = `[[call:abc]] [[usage:${usage}]]`;
  const headers = { baggage: "brand=x", "x-goog-api-key": "secret" };
  const response = await generate(simulator, "gemini-2.5-flash-sim-thinking", prompt, { headers });
  await response.text();
  expect(simulator.calls).toEqual([
    {
      sequence: 1,
      method: "POST",
      path: "/v1beta/models/gemini-2.5-flash-sim-thinking:generateContent",
      operation: "generateContent",
      platform: "gemini_api",
      requestedModel: "gemini-2.5-flash-sim-thinking",
      servedModel: "gemini-2.5-flash",
      behaviour: "thinking",
      marker: "abc",
      httpStatus: 200,
      billed: true,
      tokens: {
        prompt: 10,
        cached: 0,
        toolUse: 0,
        candidates: 20,
        thoughts: 0,
        total: 30,
        details: { prompt: [], cached: [], toolUse: [], candidates: [] },
      },
      // 10 × $0.30/M + 20 × $2.50/M = $0.000003 + $0.00005
      costUsd: "0.000053",
      requestHeaders: expect.arrayContaining(["baggage", "x-goog-api-key"]),
      requestSha256: createHash("sha256")
        .update(JSON.stringify(contents(prompt)))
        .digest("hex"),
      aborted: false,
    },
  ]);
  expect(JSON.stringify(simulator.calls)).not.toContain("secret");
});

test("the total is exact over many calls, and leaves out what is free or has no price", async () => {
  const simulator = await simulated();
  const usage = '[[usage:{"promptTokenCount":1,"totalTokenCount":1}]]';
  const models = [
    "gemini-2.5-flash",
    "gemini-2.5-flash-sim-err500",
    "gemini-2.5-flash-sim-unknownmodel",
  ];
  const asked = Array.from({ length: 30 }, (_, index) => models[index % 3] ?? "");
  await Promise.all(asked.map(async (model) => (await generate(simulator, model, usage)).text()));
  expect(simulator.calls).toHaveLength(30);
  expect(simulator.billedCalls()).toHaveLength(20);
  // 10 × $0.0000003
  expect(simulator.totalCostUsd()).toBe("0.000003");
});

test("a stream that its reader leaves is charged for what would have been generated", async () => {
  const simulator = await simulated();
  const usage =
    '[[usage:{"promptTokenCount":1000,"candidatesTokenCount":400,"totalTokenCount":1400}]]';
  const leaving = new AbortController();
  const response = await stream(simulator, "gemini-2.5-flash-sim-slow", usage, {
    signal: leaving.signal,
  });
  const reader = response.body?.getReader();
  expect((await reader?.read())?.value?.length).toBeGreaterThan(0);
  expect(simulator.calls).toEqual([]);
  leaving.abort();
  await simulator.waitForCalls(1);
  // 1 000 × $0.30/M + 400 × $2.50/M
  expect(simulator.calls[0]).toMatchObject({
    aborted: true,
    httpStatus: 200,
    billed: true,
    tokens: { candidates: 400 },
    costUsd: "0.0013",
  });
});

test("a call that hangs ends when its client gives up, and is charged", async () => {
  const simulator = await simulated();
  const leaving = new AbortController();
  const call = generate(simulator, "gemini-2.5-flash-sim-hang", "hello", {
    signal: leaving.signal,
  });
  await simulator.waitForArrivals(1);
  leaving.abort();
  await expect(call).rejects.toThrow("aborted");
  await simulator.waitForCalls(1);
  expect(simulator.calls[0]).toMatchObject({ aborted: true, billed: true, behaviour: "hang" });
  expect(simulator.calls[0]?.httpStatus).toBeUndefined();
});

test("a slow answer starts, and can be left in its middle", async () => {
  const simulator = await simulated();
  const leaving = new AbortController();
  const response = await generate(simulator, "gemini-2.5-flash-sim-slow", "hello", {
    signal: leaving.signal,
  });
  expect(response.status).toBe(200);
  leaving.abort();
  await expect(response.text()).rejects.toThrow("aborted");
  await simulator.waitForCalls(1);
  expect(simulator.calls[0]).toMatchObject({ aborted: true, httpStatus: 200 });
});

test("waits are asked for by call, between chunks, and shaken by chance", async () => {
  const asked: (number | string | undefined)[] = [];
  const simulator = await simulated({
    latencyMs: ({ sequence, requestedModel }) => {
      asked.push(sequence, requestedModel);
      return 1;
    },
    chunkIntervalMs: 1,
    chunks: 3,
    random: () => {
      asked.push("shaken");
      return 0;
    },
  });
  await (await stream(simulator, "gemini-2.5-flash")).text();
  // Once for the latency, twice between three chunks.
  expect(asked).toEqual([1, "gemini-2.5-flash", "shaken", "shaken", "shaken"]);
});

test("the clock decides on the price", async () => {
  const clock = { nowMs: Date.parse("2026-12-31T23:59:59Z") };
  const simulator = await simulated({ now: () => clock.nowMs });
  const usage = '[[usage:{"promptTokenCount":1000000,"totalTokenCount":1000000}]]';
  await (await generate(simulator, "gemini-3.7-flash", usage)).text();
  clock.nowMs += 1_000;
  await (await generate(simulator, "gemini-3.7-flash", usage)).text();
  expect(simulator.calls.map(({ costUsd }) => costUsd)).toEqual(["0.75", "1.5"]);
});

test("reset forgets, and calls under way are not remembered afterwards", async () => {
  const simulator = await simulated();
  const leaving = new AbortController();
  const { signal } = leaving;
  const hanging = generate(simulator, "gemini-2.5-flash-sim-hang", "hello", { signal });
  await simulator.waitForArrivals(1);
  simulator.reset();
  leaving.abort();
  await expect(hanging).rejects.toThrow("aborted");
  await (await generate(simulator, "gemini-2.5-flash")).text();
  expect(simulator.calls.map(({ sequence, behaviour }) => [sequence, behaviour])).toEqual([
    [1, "ok"],
  ]);
});

test("close ends what hangs, frees the port, and may be called again", async () => {
  const simulator = await startSimulator();
  const { url } = simulator;
  const hanging = generate(simulator, "gemini-2.5-flash-sim-hang");
  await simulator.waitForArrivals(1);
  const [ended] = await Promise.allSettled([hanging, simulator.close(), simulator.close()]);
  expect(ended.status).toBe("rejected");
  await expect(fetch(url)).rejects.toThrow("fetch failed");
  expect(simulator.close()).toBe(simulator.close());
});
