/** What the app receives is what was sent, and the meter sees it whichever way the app reads. */
import type { ServerResponse } from "node:http";

import { describe, expect, test } from "vitest";

import { meteredFetch } from "../../src/capture/fetch.ts";
import { serve, type TestServer } from "../support/http-server.ts";
import { type Metering, metering } from "../support/metering.ts";
import { readAll, WAYS } from "../support/ways-to-read.ts";

const USAGE = { promptTokenCount: 100, candidatesTokenCount: 20, totalTokenCount: 120 };
const ANSWER = {
  candidates: [{ content: { parts: [{ text: "grüße 🎉" }] }, finishReason: "STOP" }],
  modelVersion: "gemini-2.5-flash",
  usageMetadata: USAGE,
};
// 100 × $0.30/M + 20 × $2.50/M = $0.00003 + $0.00005 = $0.00008
const COST = 80_000_000n;
const SSE = [1, 2, 3]
  .map(
    (n) =>
      `data: ${JSON.stringify({ ...ANSWER, usageMetadata: { ...USAGE, promptTokenCount: n === 3 ? 100 : n } })}\r\n\r\n`,
  )
  .join("");

interface Exchange extends Metering, AsyncDisposable {
  readonly server: TestServer;
  /** The answer to a unary, or a streamed, request. */
  ask(kind: "unary" | "stream"): Promise<Response>;
}

async function exchange(
  reply: (response: ServerResponse, path: string) => void = (response, path) => {
    const streamed = path.includes("stream");
    response.writeHead(200, {
      "content-type": streamed ? "text/event-stream" : "application/json; charset=UTF-8",
    });
    response.end(streamed ? SSE : JSON.stringify(ANSWER));
  },
): Promise<Exchange> {
  const server = await serve((request, response) => reply(response, request.url ?? ""));
  const meter = metering(server.url);
  const method = { unary: "generateContent", stream: "streamGenerateContent?alt=sse" };
  return {
    ...meter,
    server,
    ask: (kind) =>
      meter.fetch(`${server.url}/v1beta/models/gemini-2.5-flash:${method[kind]}`, {
        method: "POST",
        body: "{}",
      }),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

describe.each(Object.keys(WAYS))("read by %s", (way) => {
  test("a unary answer arrives unchanged and is booked once", async () => {
    await using it = await exchange();
    expect(await WAYS[way]!(await it.ask("unary"))).toBe(JSON.stringify(ANSWER));
    expect(await it.records.next()).toMatchObject({
      status: "success",
      usageStatus: "final",
      cost: COST,
    });
    expect(it.records.all).toHaveLength(1);
    expect(it.faults).toEqual([]);
  });
});

describe.each(Object.keys(WAYS).filter((way) => way !== "json()"))("read by %s", (way) => {
  test("a stream arrives unchanged and is booked once, from its last usage", async () => {
    await using it = await exchange();
    expect(await WAYS[way]!(await it.ask("stream"))).toBe(SSE);
    expect(await it.records.next()).toMatchObject({
      status: "success",
      usageStatus: "final",
      cost: COST,
      streaming: true,
    });
    expect(it.records.all).toHaveLength(1);
    expect(it.faults).toEqual([]);
  });
});

test("the response is the one that fetch gave, with its members as they were", async () => {
  await using it = await exchange((response) => {
    response.writeHead(201, "Made", { "content-type": "application/json", "x-own": "kept" });
    response.end(JSON.stringify(ANSWER));
  });
  const response = await it.ask("unary");
  expect(response).toBeInstanceOf(Response);
  expect(Reflect.ownKeys(response)).toEqual(Reflect.ownKeys(new Response()));
  expect(Object.prototype.toString.call(response)).toBe("[object Response]");
  expect(response.constructor).toBe(Response);
  const { status, statusText, ok, redirected, type, url } = response;
  expect({ status, statusText, ok, redirected, type, url }).toEqual({
    status: 201,
    statusText: "Made",
    ok: true,
    redirected: false,
    type: "basic",
    url: `${it.server.url}/v1beta/models/gemini-2.5-flash:generateContent`,
  });
  expect(response.headers.get("x-own")).toBe("kept");
  expect(response.body).toBe(response.body);
  expect(response.body).toBeInstanceOf(ReadableStream);
  expect([response.bodyUsed, response.body!.locked]).toEqual([false, false]);
  await response.json();
  expect([response.bodyUsed, response.body!.locked]).toEqual([true, true]);
});

/** Runs `misuse` with and without the meter; the app must not be able to tell which. */
async function expectSameFailure(misuse: (response: Response) => Promise<unknown>): Promise<void> {
  await using it = await exchange();
  const errorOf = async (response: Response) =>
    misuse(response).then(
      () => expect.unreachable("the misuse was to fail"),
      (error: unknown) => (error instanceof Error ? [error.constructor, error.message] : error),
    );
  const bare = await fetch(`${it.server.url}/v1beta/models/gemini-2.5-flash:generateContent`, {
    method: "POST",
  });
  expect(await errorOf(await it.ask("unary"))).toEqual(await errorOf(bare));
  expect(await it.records.next()).toMatchObject({ status: "success", cost: COST });
  expect(it.records.all).toHaveLength(1);
}

test("reading twice fails as it does without us", () =>
  expectSameFailure(async (response) => {
    await response.json();
    return response.json();
  }));

test("reading twice at once fails as it does without us, and the first read is booked", () =>
  expectSameFailure(async (response) => {
    const first = response.text();
    const second = await response.json().catch((error: unknown) => error);
    await first;
    throw second;
  }));

test("json() beside a reader fails as it does without us", () =>
  expectSameFailure(async (response) => {
    const reader = response.body!.getReader();
    const error = await response.json().catch((thrown: unknown) => thrown);
    await readAll(reader);
    throw error;
  }));

test("a second reader fails as it does without us", () =>
  expectSameFailure(async (response) => {
    const reader = response.body!.getReader();
    try {
      response.body!.getReader();
    } finally {
      await readAll(reader);
    }
  }));

test("clone() after reading fails as it does without us", () =>
  expectSameFailure(async (response) => {
    await response.text();
    return response.clone();
  }));

test("an error page that is no JSON fails in json() as it does without us, and costs nothing", async () => {
  await using it = await exchange((response) => {
    response.writeHead(502, { "content-type": "text/html" });
    response.end("<html>Bad Gateway</html>");
  });
  await expect((await it.ask("unary")).json()).rejects.toThrow(SyntaxError);
  expect(await it.records.next()).toMatchObject({
    status: "error",
    errorType: "502",
    httpStatusCode: 502,
    tokens: undefined,
    cost: 0n,
    priceStatus: "free",
  });
});

test("an answer of 200 that is no JSON is an error of unknown cost, without a word of the answer", async () => {
  await using it = await exchange((response) => response.end("Secret words, not JSON"));
  await expect((await it.ask("unary")).json()).rejects.toThrow(SyntaxError);
  const record = await it.records.next();
  expect(record).toMatchObject({
    status: "error",
    errorType: "SyntaxError",
    usageStatus: "missing",
    cost: undefined,
    priceStatus: "unpriced",
  });
  expect(
    JSON.stringify(record, (_key, value) => (typeof value === "bigint" ? String(value) : value)),
  ).not.toContain("Secret");
});

test("a body of many megabytes is passed on whole and its usage found behind it", async () => {
  const image = "A".repeat(12 * 1024 * 1024);
  const body = JSON.stringify({ image, ...ANSWER });
  await using it = await exchange((response) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.end(body);
  });
  const viaText = await (await it.ask("unary")).text();
  expect(viaText.length).toBe(body.length);
  expect(await it.records.next()).toMatchObject({ usageStatus: "final", cost: COST });
  const viaReader = await readAll((await it.ask("unary")).body!.getReader());
  expect(viaReader === viaText).toBe(true);
  expect(await it.records.next()).toMatchObject({ usageStatus: "final", cost: COST });
});

test("an answer without a body is booked at once, with its usage unknown", async () => {
  await using it = await exchange((response) => response.writeHead(204).end());
  expect((await it.ask("unary")).body).toBeNull();
  expect(await it.records.next()).toMatchObject({
    status: "success",
    usageStatus: "missing",
    cost: undefined,
  });
});

test.each([
  [
    "frozen",
    Object.freeze({ status: 200, headers: new Headers(), body: {}, json: async () => ANSWER }),
  ],
  ["bare", { json: async () => ANSWER }],
])(
  "a fetch that gives no real Response (%s) is left alone, and its call still booked",
  async (_, answer) => {
    await using it = await exchange();
    const fetchOfApp = meteredFetch((async () => answer) as never, () => it.meter);
    const response = await fetchOfApp(
      `${it.server.url}/v1beta/models/gemini-2.5-flash:generateContent`,
      { method: "POST" },
    );
    expect(response).toBe(answer);
    expect(await response.json()).toBe(ANSWER);
    expect(await it.records.next()).toMatchObject({ usageStatus: "missing", cost: undefined });
    expect(it.records.all).toHaveLength(1);
  },
);
