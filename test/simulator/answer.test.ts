import { expect, test } from "vitest";

import { contents, eventsOf, generate, jsonOf, post, simulated, stream } from "./client.ts";

/** Tokens of the answer to "12345678": three times the 103 letters of prose and a digit, by four. */
const ANSWERED = 78;

const text = (tokenCount: number) => [{ modality: "TEXT", tokenCount }];

test("an ordinary answer has the shape of Google's", async () => {
  const simulator = await simulated();
  const response = await generate(simulator, "gemini-2.5-flash", "12345678");
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe("application/json; charset=UTF-8");
  expect(response.headers.get("x-gemini-service-tier")).toBe("standard");
  const answer = expect.stringMatching(/^Der Preis steht: .*2$/);
  expect(await jsonOf(response)).toEqual({
    candidates: [
      { content: { parts: [{ text: answer }], role: "model" }, finishReason: "STOP", index: 0 },
    ],
    usageMetadata: {
      promptTokenCount: 2,
      candidatesTokenCount: ANSWERED,
      totalTokenCount: 2 + ANSWERED,
      promptTokensDetails: text(2),
      candidatesTokensDetails: text(ANSWERED),
      serviceTier: "standard",
    },
    modelVersion: "gemini-2.5-flash",
    responseId: "simulated-000001",
  });
});

test("a stream tells the same text and ends on the same usage", async () => {
  const simulator = await simulated({ chunks: 3 });
  const whole = await jsonOf(generate(simulator, "gemini-2.5-flash"));
  const response = await stream(simulator, "gemini-2.5-flash");
  expect(response.headers.get("content-type")).toBe("text/event-stream");
  const events = await eventsOf(response);
  expect(events).toHaveLength(3);
  const said = events.map((event) => event["candidates"][0].content.parts[0].text);
  expect(said.join("")).toBe(whole["candidates"][0].content.parts[0].text);
  expect(events.map((event) => event["candidates"][0].finishReason)).toEqual([
    undefined,
    undefined,
    "STOP",
  ]);
  expect(events.at(-1)?.["usageMetadata"]).toEqual(whole["usageMetadata"]);
});

test("the usage of a stream is a running total", async () => {
  const simulator = await simulated({ chunks: 3 });
  const usage = {
    promptTokenCount: 10,
    candidatesTokenCount: 100,
    thoughtsTokenCount: 5,
    totalTokenCount: 115,
  };
  const events = await eventsOf(
    stream(simulator, "gemini-2.5-flash", `[[usage:${JSON.stringify(usage)}]]`),
  );
  // 100 × 1/3 = 33, 100 × 2/3 = 66, and the total is as far behind as the candidates are.
  expect(events.map((event) => event["usageMetadata"])).toEqual([
    { ...usage, candidatesTokenCount: 33, totalTokenCount: 48 },
    { ...usage, candidatesTokenCount: 66, totalTokenCount: 81 },
    usage,
  ]);
});

test("a stream without alt=sse is one JSON array", async () => {
  const simulator = await simulated({ chunks: 3 });
  const path = "/v1beta/models/gemini-2.5-flash:streamGenerateContent";
  const response = await post(simulator, path, contents("hello"));
  expect(response.headers.get("content-type")).toBe("application/json; charset=UTF-8");
  expect(await jsonOf(response)).toHaveLength(3);
});

test("Vertex counts in the last chunk only, and says so in each", async () => {
  const simulator = await simulated({ chunks: 2, now: () => Date.parse("2026-11-24") });
  const path =
    "/v1beta1/projects/p/locations/global/publishers/google/models/gemini-2.5-flash:streamGenerateContent?alt=sse";
  const [first, last] = await eventsOf(post(simulator, path, contents("12345678")));
  expect(first).toMatchObject({
    usageMetadata: { trafficType: "ON_DEMAND" },
    createTime: "2026-11-24T00:00:00.000Z",
  });
  expect(first?.["usageMetadata"]).not.toHaveProperty("promptTokenCount");
  expect(last?.["usageMetadata"]).toMatchObject({
    promptTokenCount: 2,
    totalTokenCount: 2 + ANSWERED,
  });
});

test.each([
  ["thinking", { thoughtsTokenCount: 128, totalTokenCount: 2 + ANSWERED + 128 }],
  ["cached", { promptTokenCount: 2_050, cachedContentTokenCount: 2_048 }],
  ["tooluse", { toolUsePromptTokenCount: 1_024, totalTokenCount: 2 + ANSWERED + 1_024 }],
  ["longcontext", { promptTokenCount: 200_002 }],
  [
    "full",
    {
      promptTokenCount: 2_050 + 96 + 258,
      cachedContentTokenCount: 2_048 + 32,
      toolUsePromptTokenCount: 512,
      candidatesTokenCount: ANSWERED,
      thoughtsTokenCount: 128,
      totalTokenCount: 2_404 + 512 + ANSWERED + 128,
    },
  ],
])("%s answers with those tokens", async (behaviour, usage) => {
  const simulator = await simulated();
  const body = await jsonOf(generate(simulator, `gemini-2.5-flash-sim-${behaviour}`, "12345678"));
  expect(body["usageMetadata"]).toMatchObject(usage);
  expect(body["modelVersion"]).toBe("gemini-2.5-flash");
});

test("a blocked prompt has a reason, no candidates, and is charged for", async () => {
  const simulator = await simulated();
  const [event, ...others] = await eventsOf(
    stream(simulator, "gemini-2.5-flash-sim-blocked", "12345678"),
  );
  expect(others).toEqual([]);
  expect(event).toMatchObject({ promptFeedback: { blockReason: "PROHIBITED_CONTENT" } });
  expect(event).not.toHaveProperty("candidates");
  // 2 × $0.30/M
  expect(simulator.calls[0]).toMatchObject({ billed: true, costUsd: "0.0000006" });
});

test("an answer that is cut off says why, without content", async () => {
  const simulator = await simulated();
  const safety = await jsonOf(generate(simulator, "gemini-2.5-flash-sim-safety", "12345678"));
  expect(safety["candidates"][0]).toMatchObject({ finishReason: "SAFETY" });
  expect(safety["candidates"][0]).not.toHaveProperty("content");
  const maxtok = await jsonOf(generate(simulator, "gemini-2.5-flash-sim-maxtok", "12345678"));
  expect(maxtok["candidates"][0]).toEqual({ finishReason: "MAX_TOKENS", index: 0 });
  expect(maxtok["usageMetadata"]).toMatchObject({ thoughtsTokenCount: 64, totalTokenCount: 66 });
  expect(maxtok["usageMetadata"]).not.toHaveProperty("candidatesTokenCount");
});

test("usage may be missing, or stand in the first chunk only; it is charged all the same", async () => {
  const simulator = await simulated();
  const none = await eventsOf(stream(simulator, "gemini-2.5-flash-sim-nousage"));
  expect(none.filter((event) => "usageMetadata" in event)).toEqual([]);
  const [first, ...rest] = await eventsOf(stream(simulator, "gemini-2.5-flash-sim-gap"));
  expect(rest.filter((event) => "usageMetadata" in event)).toEqual([]);
  const [unsaid, said] = simulator.calls;
  expect(first?.["usageMetadata"].totalTokenCount).toBe(said?.tokens?.total);
  expect(unsaid?.tokens).toEqual(said?.tokens);
});

test("a stream without a finish reason is otherwise whole", async () => {
  const simulator = await simulated();
  const last = (await eventsOf(stream(simulator, "gemini-2.5-flash-sim-nofinish"))).at(-1);
  expect(last?.["candidates"][0]).not.toHaveProperty("finishReason");
  expect(last?.["usageMetadata"].totalTokenCount).toBe(simulator.calls[0]?.tokens?.total);
});

test("a huge image stands before the usage", async () => {
  const simulator = await simulated();
  const body = await (await generate(simulator, "gemini-2.5-flash-image-sim-huge2")).text();
  expect(body.length).toBeGreaterThan(2 * 1024 * 1024);
  expect(body.indexOf('"usageMetadata"')).toBeGreaterThan(body.indexOf('"inlineData"'));
});

test.each([
  ["gemini-2.5-flash-sim-unknownmodel", "gemini-99-imaginary", undefined],
  // 2 × $0.30/M, and 2 × $0.75/M
  ["gemini-3.1-pro-preview-sim-rerouted", "gemini-3.5-flash-lite", "0.0000006"],
  ["gemini-3.5-flash-lite-sim-rerouted", "gemini-3.8-flash", "0.0000015"],
])("%s is served, and charged, as %s", async (model, servedModel, costUsd) => {
  const simulator = await simulated({ now: () => Date.parse("2026-11-24") });
  const prompt = '[[usage:{"promptTokenCount":2,"totalTokenCount":2}]]';
  const body = await jsonOf(generate(simulator, model, prompt));
  expect(body["modelVersion"]).toBe(servedModel);
  expect(simulator.calls[0]).toMatchObject({ servedModel, costUsd });
});

test("a tuned model answers under its own name, which has no price", async () => {
  const simulator = await simulated();
  const path = "/v1beta/tunedModels/my-tune-sim-thinking:generateContent";
  const body = await jsonOf(post(simulator, path, contents("hello")));
  expect(body["modelVersion"]).toBe("tunedModels/my-tune");
  expect(simulator.calls[0]).toMatchObject({ billed: true, tokens: { thoughts: 128 } });
  expect(simulator.calls[0]?.costUsd).toBeUndefined();
});

test("continuation goes from hop to hop until the last", async () => {
  const simulator = await simulated();
  const path = "/v1beta/models/gemini-2.5-flash-sim-cont2:generateContent";
  const first = (await jsonOf(post(simulator, path, contents("hello"))))["candidates"][0];
  expect(first).toMatchObject({ finishReason: "CONTINUATION", continuationToken: "sim-hop-2" });
  const again = { ...contents("hello"), continuationToken: first.continuationToken };
  const second = (await jsonOf(post(simulator, path, again)))["candidates"][0];
  expect(second.finishReason).toBe("STOP");
  expect(second).not.toHaveProperty("continuationToken");
});

test("a usage directive is answered word for word, unknown members included", async () => {
  const simulator = await simulated();
  const usage = {
    promptTokenCount: 1_041,
    candidatesTokenCount: 902,
    thoughtsTokenCount: 2_191,
    toolUsePromptTokenCount: 377_545,
    totalTokenCount: 381_679,
    surprise: 1,
  };
  const prompt = `[[call:2578]] [[usage:${JSON.stringify(usage)}]]`;
  const body = await jsonOf(generate(simulator, "gemini-2.5-flash", prompt));
  expect(body["usageMetadata"]).toEqual(usage);
  // openinference#2578; its arithmetic is in billing.test.ts.
  expect(simulator.calls[0]).toMatchObject({ marker: "2578", costUsd: "0.1213083" });
});

test("the service tier that is asked for is the one that is served", async () => {
  const simulator = await simulated();
  const path = "/v1beta/models/gemini-2.5-flash:generateContent";
  const response = await post(simulator, path, { ...contents("hello"), serviceTier: "flex" });
  expect(response.headers.get("x-gemini-service-tier")).toBe("flex");
  expect((await jsonOf(response))["usageMetadata"].serviceTier).toBe("flex");
});
