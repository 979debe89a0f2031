/** The SDKs reach Gemini by several addresses, and each call is booked where it went. */
import { GoogleGenAI, type GoogleGenAIOptions } from "@google/genai";
import { GoogleGenerativeAI } from "@google/generative-ai";
import { text } from "node:stream/consumers";
import { afterEach, expect, test, vi } from "vitest";

import { samplesOf } from "../support/exposition.ts";
import { serve } from "../support/http-server.ts";
import { initialised } from "../support/initialised.ts";
import { metering } from "../support/metering.ts";

const MODEL = "gemini-2.0-flash";
const ANSWER = JSON.stringify({
  candidates: [{ content: { role: "model", parts: [{ text: "12" }] }, finishReason: "STOP" }],
  modelVersion: MODEL,
  usageMetadata: { promptTokenCount: 1_000_000, totalTokenCount: 1_000_000 },
});
/** Only the headers are asked of the client. */
const authClient = { getRequestHeaders: async () => new Headers({ authorization: "Bearer t" }) };
const PROJECT = {
  vertexai: true,
  project: "shop",
  location: "europe-west4",
  googleAuthOptions: { authClient } as never,
};
/** 1 000 000 × $0.10/M on the Gemini API, × $0.15/M on Vertex AI. */
const GEMINI_API = { platform: "gemini_api", model: MODEL, cost: 100_000_000_000n };
const VERTEX_AI = { platform: "vertex_ai", model: MODEL, cost: 150_000_000_000n };

afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

/** A Gemini API at any path, which keeps what it was sent. */
async function gemini() {
  const received: { readonly path: string; readonly body: string }[] = [];
  const server = await serve((request, response) => {
    void text(request).then((body) => {
      received.push({ path: request.url ?? "", body });
      response.writeHead(200, { "content-type": "application/json" }).end(ANSWER);
    });
  });
  return { ...server, received };
}

test.each<[string, GoogleGenAIOptions, string, object]>([
  ["the Gemini API", { apiKey: "any" }, `/v1/models/${MODEL}`, GEMINI_API],
  [
    "Vertex AI in express mode, with a key and no project",
    { vertexai: true, apiKey: "any" },
    `/v1beta1/publishers/google/models/${MODEL}`,
    VERTEX_AI,
  ],
  [
    "a project on Vertex AI",
    PROJECT,
    `/v1beta1/projects/shop/locations/europe-west4/publishers/google/models/${MODEL}`,
    VERTEX_AI,
  ],
])("%s is told by the path, behind a gateway too", async (_, options, path, booked) => {
  await using server = await gemini();
  const { fetch, records } = metering(`${server.url}/gateway/`);
  const httpOptions = { baseUrl: `${server.url}/gateway`, fetch };
  const ai = new GoogleGenAI({ ...options, httpOptions });
  await ai.models.generateContent({ model: MODEL, contents: "How much is it?" });
  expect(server.received).toMatchObject([{ path: `/gateway${path}:generateContent` }]);
  expect(await records.next()).toMatchObject(booked);
});

test("what is next to a gateway's path is not metered", async () => {
  await using server = await gemini();
  const { fetch, records } = metering(`${server.url}/gateway`);
  const ask = (path: string) =>
    fetch(`${server.url}${path}/v1/models/${MODEL}:generateContent`, { method: "POST" });
  for (const path of ["", "/gateway2", "/gateway"]) await (await ask(path)).text();
  expect(await records.next()).toMatchObject(GEMINI_API);
  expect(records.all).toHaveLength(1);
});

test.each([
  ["GOOGLE_GEMINI_BASE_URL", { apiKey: "any" }, 0.1],
  ["GOOGLE_VERTEX_BASE_URL", { vertexai: true, apiKey: "any" }, 0.15],
])("where %s points the SDK, its calls are metered", async (variable, options, costUsd) => {
  await using server = await gemini();
  vi.stubEnv(variable, server.url);
  const spendspan = initialised();
  await new GoogleGenAI(options).models.generateContent({ model: MODEL, contents: "How much?" });
  expect(server.received).toHaveLength(1);
  const [cost] = samplesOf(await spendspan.metrics(), "api_usage_cost_usd_total");
  expect(cost?.value).toBe(costUsd);
});

test("the old SDK is metered at the baseUrl of one model, given as an option", async () => {
  await using server = await gemini();
  const { fetch, records } = metering(server.url);
  vi.stubGlobal("fetch", fetch);
  const client = new GoogleGenerativeAI("any");
  const model = client.getGenerativeModel({ model: MODEL }, { baseUrl: server.url });
  await model.generateContent("How much is it?");
  expect(await records.next()).toMatchObject(GEMINI_API);
});

test("labels go out as the app gave them, and nothing is added to a request", async () => {
  await using server = await gemini();
  const { fetch, records } = metering(server.url);
  const labels = { brand: "acme", team: "search" };
  for (const hop of [globalThis.fetch, fetch]) {
    const ai = new GoogleGenAI({ ...PROJECT, httpOptions: { baseUrl: server.url, fetch: hop } });
    await ai.models.generateContent({ model: MODEL, contents: "How much?", config: { labels } });
  }
  const [unmetered, metered] = server.received;
  expect(metered).toEqual(unmetered);
  expect(JSON.parse(metered!.body)).toMatchObject({ labels });
  expect(await records.next()).toMatchObject(VERTEX_AI);
});
