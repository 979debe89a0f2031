/** Each try of a request is a row with its number, whoever tries: the SDKs, or a loop of the app's. */
import { GoogleGenAI, type GoogleGenAIOptions } from "@google/genai";
import { trace } from "@opentelemetry/api";
import { GoogleGenAI as GoogleGenAI1 } from "genai-1";
import { GoogleGenAI as GoogleGenAI2 } from "genai-2";
import { afterEach, expect, test, vi } from "vitest";

import type { Fetch } from "../../src/capture/fetch.ts";
import { withUsage } from "../../src/usage/tags.ts";
import { contents, simulated } from "../simulator/client.ts";
import { serve, type TestServer } from "../support/http-server.ts";
import { metering, type RecordQueue } from "../support/metering.ts";
import { withSdk } from "../support/otel.ts";

const MODEL = "gemini-2.5-flash";
const ANSWER = JSON.stringify({
  candidates: [{ content: { parts: [{ text: "12" }] }, finishReason: "STOP" }],
  modelVersion: MODEL,
  usageMetadata: { promptTokenCount: 10, totalTokenCount: 10 },
});

afterEach(() => void vi.unstubAllGlobals());

/** A Gemini API that is overloaded for as many requests. */
function overloadedFor(requests: number): Promise<TestServer> {
  let arrived = 0;
  return serve((_, response) => {
    const overloaded = ++arrived <= requests;
    response.writeHead(overloaded ? 503 : 200, { "content-type": "application/json" });
    response.end(overloaded ? '{"error":{"code":503,"status":"UNAVAILABLE"}}' : ANSWER);
  });
}

/** Number and HTTP status of each try, once there are so many. */
async function triesIn(records: RecordQueue, count: number) {
  await expect.poll(() => records.all).toHaveLength(count);
  return records.all
    .map(({ attempt, httpStatusCode }) => `${attempt}: ${httpStatusCode ?? "no answer"}`)
    .toSorted();
}

/** One request as an app without an SDK makes it; resolves with its status, or with its failure. */
async function ask(fetch: Fetch, url: string, init: RequestInit = {}) {
  try {
    const body = JSON.stringify(contents("How much is it?"));
    const path = `/v1beta/models/${MODEL}:generateContent`;
    const response = await fetch(url + path, { method: "POST", body, ...init });
    await response.text();
    return response.status;
  } catch (error) {
    return error;
  }
}

const SDKS: readonly (readonly [string, new (options: GoogleGenAIOptions) => unknown])[] = [
  ["3.x", GoogleGenAI],
  ["2.x", GoogleGenAI2],
  ["1.x", GoogleGenAI1],
];

test.each(SDKS)("SDK %s: 503, 503 and 200 are tries 1 to 3", async (_, Client) => {
  await using server = await overloadedFor(2);
  const { fetch, records, faults } = metering(server.url);
  vi.stubGlobal("fetch", fetch);
  const retryOptions = { attempts: 3, initialDelay: 0.001 };
  const httpOptions = { baseUrl: server.url, retryOptions };
  const { models } = new Client({ apiKey: "any", httpOptions }) as GoogleGenAI;
  await models.generateContent({ model: MODEL, contents: "How much is it?" });
  await models.generateContent({ model: MODEL, contents: "How much is it?" });
  expect(await triesIn(records, 4)).toEqual(["1: 200", "1: 503", "2: 503", "3: 200"]);
  expect(faults).toEqual([]);
});

test("an interaction, which is sent as a Request, is counted likewise", async () => {
  const simulator = await simulated();
  const { fetch, records } = metering(simulator.url);
  const httpOptions = { baseUrl: simulator.url, fetch };
  const { interactions } = new GoogleGenAI({ apiKey: "any", httpOptions });
  await interactions.create({ model: `${MODEL}-sim-503once`, input: "How much is it?" });
  expect(await triesIn(records, 2)).toEqual(["1: 503", "2: 200"]);
});

test("ten calls of one prompt for two brands, tried again in a loop of the app's", async () => {
  await using server = await overloadedFor(20);
  const { fetch, records } = metering(server.url);
  const brands = Array.from({ length: 10 }, (_, call) => (call % 2 === 0 ? "acme" : "globex"));
  for (let round = 1; round <= 3; round++) {
    await Promise.all(brands.map((brand) => withUsage({ brand }, () => ask(fetch, server.url))));
  }
  await expect.poll(() => records.all).toHaveLength(30);
  const tries = records.all.map(({ brand, attempt, status }) => `${brand} ${attempt} ${status}`);
  const counts = Object.entries(Object.groupBy(tries, (one) => one)).map(
    ([one, same]) => `${same?.length} × ${one}`,
  );
  expect(counts.toSorted()).toEqual([
    "5 × acme 1 error",
    "5 × acme 2 error",
    "5 × acme 3 success",
    "5 × globex 1 error",
    "5 × globex 2 error",
    "5 × globex 3 success",
  ]);
});

test("after a timeout comes a second try, after a call that the app gave up another first", async () => {
  const simulator = await simulated();
  const { fetch, records } = metering(simulator.url);
  const path = `/v1beta/models/${MODEL}-sim-hang:generateContent`;
  const hang = (signal: AbortSignal) =>
    fetch(simulator.url + path, { method: "POST", body: "{}", signal }).catch(() => undefined);
  for (let call = 1; call <= 2; call++) {
    const leaving = new AbortController();
    const left = hang(leaving.signal);
    await simulator.waitForArrivals(call);
    leaving.abort();
    await left;
  }
  await hang(AbortSignal.timeout(1));
  await hang(AbortSignal.timeout(1));
  await expect.poll(() => records.all).toHaveLength(4);
  expect(records.all.map(({ attempt, status }) => `${attempt}: ${status}`)).toEqual([
    "1: cancelled",
    "1: cancelled",
    "1: timeout",
    "2: timeout",
  ]);
});

test("a request that no server took is tried a second time", async () => {
  const gone = await serve(() => {});
  await gone[Symbol.asyncDispose]();
  const { fetch, records } = metering(gone.url);
  await ask(fetch, gone.url);
  await ask(fetch, gone.url);
  expect(await triesIn(records, 2)).toEqual(["1: no answer", "2: no answer"]);
});

test("the span of a second try says that it is one; in another trace it would be a first", async () => {
  await using server = await overloadedFor(2);
  const { fetch, records } = metering(server.url);
  await withSdk({}, async ({ spans }) => {
    const inTrace = (requests: number) =>
      trace.getTracer("app").startActiveSpan("app", async (span) => {
        for (let n = 1; n <= requests; n++) await ask(fetch, server.url);
        span.end();
      });
    await inTrace(1);
    await inTrace(2);
    expect(await triesIn(records, 3)).toEqual(["1: 503", "1: 503", "2: 200"]);
    const calls = spans().filter(({ name }) => name !== "app");
    expect(calls.map(({ attributes }) => attributes["http.request.resend_count"])).toEqual([
      undefined,
      undefined,
      1,
    ]);
  });
});
