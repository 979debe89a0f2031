import { expect, test } from "vitest";

import { contents, jsonOf, post, simulated } from "./client.ts";

const content = (text: string) => ({ parts: [{ text }] });
const text = (tokenCount: number) => [{ modality: "TEXT", tokenCount }];

test("embedContent counts in promptTokenDetails, in the singular, without a total", async () => {
  const simulator = await simulated();
  const path = "/v1beta/models/gemini-embedding-001:embedContent";
  const body = await jsonOf(post(simulator, path, { content: content("12345678") }));
  expect(body["embedding"].values).toHaveLength(8);
  expect(body["usageMetadata"]).toEqual({ promptTokenCount: 2, promptTokenDetails: text(2) });
  // 2 × $0.15/M
  expect(simulator.calls[0]).toMatchObject({ billed: true, costUsd: "0.0000003" });
});

test("batchEmbedContents answers a vector for each request and counts once", async () => {
  const simulator = await simulated();
  const path = "/v1beta/models/gemini-embedding-2:batchEmbedContents";
  const requests = [content("12345678"), content("1234"), content("12")].map((one) => ({
    model: "models/gemini-embedding-2",
    content: one,
  }));
  const body = await jsonOf(post(simulator, path, { requests }));
  expect(body["embeddings"]).toHaveLength(3);
  // 8 + 4 + 2 characters and two line breaks are 16.
  expect(body["usageMetadata"].promptTokenCount).toBe(4);
});

test("Vertex embedContent counts in promptTokensDetails", async () => {
  const simulator = await simulated();
  const path = "/v1beta1/publishers/google/models/gemini-embedding-2:embedContent";
  const body = await jsonOf(post(simulator, path, { content: content("12345678") }));
  expect(body["usageMetadata"]).toEqual({ promptTokenCount: 2, promptTokensDetails: text(2) });
});

test("Vertex predict counts in each prediction", async () => {
  const simulator = await simulated();
  const path =
    "/v1/projects/p/locations/us-central1/publishers/google/models/gemini-embedding-001:predict";
  const instances = [{ content: "12345678" }, { content: "1234", task_type: "RETRIEVAL_QUERY" }];
  const body = await jsonOf(post(simulator, path, { instances }));
  const statistics = body["predictions"].map((one: any) => one.embeddings.statistics); // oxlint-disable-line typescript/no-explicit-any -- an answer of any shape
  expect(statistics).toEqual([
    { token_count: 2, truncated: false },
    { token_count: 1, truncated: false },
  ]);
  expect(body["metadata"]).toEqual({ billableCharacterCount: 12 });
  // (2 + 1) × $0.15/M
  expect(simulator.calls[0]).toMatchObject({ tokens: { prompt: 3 }, costUsd: "0.00000045" });
});

test("an embedding may keep its usage to itself", async () => {
  const simulator = await simulated();
  const path = "/v1beta/models/gemini-embedding-001-sim-nousage:embedContent";
  const body = await jsonOf(post(simulator, path, { content: content("12345678") }));
  expect(body).not.toHaveProperty("usageMetadata");
  expect(simulator.calls[0]?.tokens?.prompt).toBe(2);
});

test("a usage directive for an embedding is charged by its split", async () => {
  const simulator = await simulated();
  const path = "/v1beta/models/gemini-embedding-2:embedContent";
  const usage = {
    promptTokenCount: 300,
    promptTokenDetails: [...text(100), { modality: "AUDIO", tokenCount: 200 }],
  };
  const prompt = content(`[[usage:${JSON.stringify(usage)}]]`);
  expect((await jsonOf(post(simulator, path, { content: prompt })))["usageMetadata"]).toEqual(
    usage,
  );
  // 100 × $0.20/M + 200 × $6.50/M = $0.00002 + $0.0013
  expect(simulator.calls[0]?.costUsd).toBe("0.00132");
});

test("countTokens is free", async () => {
  const simulator = await simulated();
  const path = "/v1beta/models/gemini-2.5-flash:countTokens";
  const asked = { generateContentRequest: contents("12345678") };
  expect(await jsonOf(post(simulator, path, asked))).toEqual({
    totalTokens: 2,
    promptTokensDetails: text(2),
  });
  expect(simulator.calls[0]).toMatchObject({ httpStatus: 200, billed: false });
  expect(simulator.calls[0]?.tokens).toBeUndefined();
});
