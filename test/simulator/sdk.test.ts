import { GoogleGenAI, type CallableTool } from "@google/genai";
import { GoogleGenerativeAI } from "@google/generative-ai";
import { GoogleGenAI as GoogleGenAI1 } from "genai-1";
import { GoogleGenAI as GoogleGenAI2 } from "genai-2";
import { expect, test } from "vitest";

import { simulated } from "./client.ts";
import type { Simulator } from "./simulator.ts";

const MODEL = "gemini-2.5-flash";

function legacyModel(simulator: Simulator, model: string) {
  return new GoogleGenerativeAI("test-key").getGenerativeModel(
    { model },
    { baseUrl: simulator.url },
  );
}

function genAI(simulator: Simulator): GoogleGenAI {
  return new GoogleGenAI({ apiKey: "test-key", httpOptions: { baseUrl: simulator.url } });
}

/** What was asked for, in the order of its arrival. */
function operations(simulator: Simulator): readonly unknown[] {
  return simulator.calls.map(({ operation }) => operation);
}

test("@google/generative-ai: unary, stream, chat, embeddings and counting", async () => {
  const simulator = await simulated();
  const model = legacyModel(simulator, MODEL);
  const unary = await model.generateContent("How much is it?");
  expect(unary.response.text()).toMatch(/^Der Preis steht/);
  expect(unary.response.usageMetadata?.totalTokenCount).toBe(simulator.calls[0]?.tokens?.total);

  const { stream, response } = await model.generateContentStream("How much is it?");
  const texts: string[] = [];
  for await (const chunk of stream) texts.push(chunk.text());
  expect(texts).toHaveLength(4);
  expect(texts.join("")).toBe(unary.response.text());
  expect((await response).usageMetadata?.totalTokenCount).toBe(simulator.calls[1]?.tokens?.total);

  const chat = model.startChat();
  await chat.sendMessage("And for ten?");
  await (
    await chat.sendMessageStream("And for a hundred?")
  ).response;
  // The second message carries the first and its answer along.
  const [, , first, second] = simulator.calls;
  expect(second?.tokens?.prompt).toBeGreaterThan(first?.tokens?.prompt ?? Infinity);

  const embedder = legacyModel(simulator, "gemini-embedding-001");
  expect((await embedder.embedContent("12345678")).embedding.values).toHaveLength(8);
  const requests = ["a", "b"].map((text) => ({ content: { role: "user", parts: [{ text }] } }));
  expect((await embedder.batchEmbedContents({ requests })).embeddings).toHaveLength(2);
  expect((await model.countTokens("12345678")).totalTokens).toBe(2);

  expect(operations(simulator)).toEqual([
    "generateContent",
    "streamGenerateContent",
    "generateContent",
    "streamGenerateContent",
    "embedContent",
    "batchEmbedContents",
    "countTokens",
  ]);
  expect(simulator.billedCalls()).toHaveLength(6);
});

const GENERATIONS = [
  ["3.x", GoogleGenAI],
  ["2.x", GoogleGenAI2],
  ["1.x", GoogleGenAI1],
] as const;

test.each(GENERATIONS)(
  "@google/genai %s: unary, stream, chat, embeddings and counting",
  async (_version, Client) => {
    const simulator = await simulated();
    const httpOptions = { baseUrl: simulator.url };
    const ai = new Client({ apiKey: "test-key", httpOptions }) as GoogleGenAI;
    const unary = await ai.models.generateContent({ model: MODEL, contents: "How much is it?" });
    expect(unary.text).toMatch(/^Der Preis steht/);
    expect(unary.modelVersion).toBe(MODEL);
    expect(unary.usageMetadata?.totalTokenCount).toBe(simulator.calls[0]?.tokens?.total);

    const texts: (string | undefined)[] = [];
    const request = { model: MODEL, contents: "How much is it?" };
    for await (const chunk of await ai.models.generateContentStream(request))
      texts.push(chunk.text);
    expect(texts.join("")).toBe(unary.text);

    const chat = ai.chats.create({ model: MODEL });
    await chat.sendMessage({ message: "And for ten?" });
    for await (const chunk of await chat.sendMessageStream({ message: "And for a hundred?" })) {
      expect(chunk.responseId).toBe("simulated-000004");
    }

    const contents = ["12345678", "1234"];
    const embedded = await ai.models.embedContent({ model: "gemini-embedding-001", contents });
    expect(embedded.embeddings).toHaveLength(2);
    const counted = await ai.models.countTokens({ model: MODEL, contents: "12345678" });
    expect(counted.totalTokens).toBe(2);

    expect(operations(simulator)).toEqual([
      "generateContent",
      "streamGenerateContent",
      "generateContent",
      "streamGenerateContent",
      "batchEmbedContents",
      "countTokens",
    ]);
    expect(simulator.billedCalls()).toHaveLength(5);
  },
);

test("@google/genai on Vertex: with a project, and in express mode", async () => {
  const simulator = await simulated();
  const httpOptions = { baseUrl: simulator.url };
  const authClient = { getRequestHeaders: async () => new Headers({ authorization: "Bearer t" }) };
  const project = new GoogleGenAI({
    vertexai: true,
    project: "my-project",
    location: "europe-west4",
    // Only the headers are asked of it.
    googleAuthOptions: { authClient } as never,
    httpOptions,
  });
  const express = new GoogleGenAI({ vertexai: true, apiKey: "test-key", httpOptions });
  const request = { model: MODEL, contents: "12345678" };
  expect((await project.models.generateContent(request)).usageMetadata?.trafficType).toBe(
    "ON_DEMAND",
  );
  for await (const chunk of await express.models.generateContentStream(request)) {
    expect(chunk.modelVersion).toBe(MODEL);
  }
  const embedding = { contents: "12345678" };
  const predicted = await project.models.embedContent({
    model: "gemini-embedding-001",
    ...embedding,
  });
  expect(predicted.embeddings?.[0]?.statistics?.tokenCount).toBe(2);
  const embedded = await project.models.embedContent({ model: "gemini-embedding-2", ...embedding });
  expect(embedded.embeddings?.[0]?.statistics?.tokenCount).toBe(2);
  const inProject = "/v1beta1/projects/my-project/locations/europe-west4";
  expect(simulator.calls.map(({ path }) => path)).toEqual([
    `${inProject}/publishers/google/models/gemini-2.5-flash:generateContent`,
    "/v1beta1/publishers/google/models/gemini-2.5-flash:streamGenerateContent",
    `${inProject}/publishers/google/models/gemini-embedding-001:predict`,
    `${inProject}/publishers/google/models/gemini-embedding-2:embedContent`,
  ]);
  expect(simulator.calls.every(({ platform }) => platform === "vertex_ai")).toBe(true);
});

const priceTool: CallableTool = {
  tool: async () => ({ functionDeclarations: [{ description: "The price.", name: "price" }] }),
  callTool: async () => [{ functionResponse: { name: "price", response: { euros: 12 } } }],
};

test("automatic function calling is a call for each round and one for the answer", async () => {
  const simulator = await simulated();
  const ai = genAI(simulator);
  const request = {
    model: `${MODEL}-sim-afc3`,
    contents: "How much is it?",
    config: { tools: [priceTool] },
  };
  const { text } = await ai.models.generateContent(request);
  expect(text).toMatch(/^Der Preis steht/);
  expect(simulator.calls).toHaveLength(4);
  simulator.reset();
  for await (const chunk of await ai.models.generateContentStream(request)) void chunk;
  expect(simulator.calls).toHaveLength(4);
});

test("three continuation hops are three calls, each at the standard tier", async () => {
  const simulator = await simulated();
  const usage = '[[usage:{"promptTokenCount":90000,"totalTokenCount":90000}]]';
  const request = { model: "gemini-3.1-pro-preview-sim-cont3", contents: usage };
  const { usageMetadata } = await genAI(simulator).models.generateContent(request);
  // The SDK sums to 270 000, over the long-prompt limit, but each is charged 90 000 × $2/M.
  expect(usageMetadata?.promptTokenCount).toBe(270_000);
  expect(simulator.calls.map(({ costUsd }) => costUsd)).toEqual(["0.18", "0.18", "0.18"]);
  simulator.reset();
  for await (const chunk of await genAI(simulator).models.generateContentStream(request))
    void chunk;
  expect(simulator.totalCostUsd()).toBe("0.54");
});

test("errors reach the SDKs as their own kinds of error", async () => {
  const simulator = await simulated();
  const request = { model: `${MODEL}-sim-err429`, contents: "hello" };
  await expect(genAI(simulator).models.generateContent(request)).rejects.toMatchObject({
    name: "ApiError",
    status: 429,
  });
  const failing = { model: `${MODEL}-sim-sseerr`, contents: "hello" };
  const reading = async () => {
    for await (const chunk of await genAI(simulator).models.generateContentStream(failing))
      void chunk;
  };
  await expect(reading()).rejects.toMatchObject({ name: "ApiError", status: 503 });
  const model = legacyModel(simulator, `${MODEL}-sim-err503`);
  await expect(model.generateContent("hello")).rejects.toMatchObject({ status: 503 });
  const invalid = new GoogleGenAI({ apiKey: "invalid", httpOptions: { baseUrl: simulator.url } });
  await expect(invalid.models.generateContent({ model: MODEL, contents: "hello" })).rejects.toThrow(
    "API_KEY_INVALID",
  );
  // Only the stream that failed after it had begun.
  expect(simulator.billedCalls().map(({ behaviour }) => behaviour)).toEqual(["sseerr"]);
});

test("a retry is a call of its own, and only the answered one is charged", async () => {
  const simulator = await simulated();
  const ai = new GoogleGenAI({
    apiKey: "test-key",
    httpOptions: { baseUrl: simulator.url, retryOptions: { attempts: 2, initialDelay: 0.001 } },
  });
  await ai.models.generateContent({ model: `${MODEL}-sim-503once`, contents: "hello" });
  expect(simulator.calls.map(({ httpStatus, billed }) => [httpStatus, billed])).toEqual([
    [503, false],
    [200, true],
  ]);
});

test.each(["bytewise", "crlf", "full-bytewise5"])(
  "both SDKs read a stream that is %s",
  async (how) => {
    const simulator = await simulated();
    const model = `${MODEL}-sim-${how}`;
    const texts: (string | undefined)[] = [];
    const request = { model, contents: "How much is it?" };
    for await (const chunk of await genAI(simulator).models.generateContentStream(request)) {
      texts.push(chunk.text);
    }
    const { response } = await legacyModel(simulator, model).generateContentStream(
      "How much is it?",
    );
    expect((await response).text()).toBe(texts.join(""));
  },
);
