import { expect, test, vi } from "vitest";

import { type Fetch, installMeteredFetch, meteredFetch } from "../../src/capture/fetch.ts";
import type { Provider } from "../../src/providers/operation.ts";
import { withUsage } from "../../src/usage/tags.ts";
import { serve, type TestServer } from "../support/http-server.ts";
import { metering } from "../support/metering.ts";

const ANSWER = JSON.stringify({
  candidates: [{ finishReason: "STOP" }],
  modelVersion: "gemini-2.5-flash",
  usageMetadata: { promptTokenCount: 10, totalTokenCount: 10 },
});

const gemini = (): Promise<TestServer> =>
  serve((request, response) => {
    response.setHeader("content-type", "application/json");
    response.setHeader("x-method", request.method ?? "");
    response.end(ANSWER);
  });
const pathOf = (server: TestServer, method = "generateContent") =>
  `${server.url}/v1/models/gemini-2.5-flash:${method}`;

test("text, URL and Request are all metered, with what they carry", async () => {
  await using server = await gemini();
  const { fetch, records } = metering(server.url);
  const url = pathOf(server);
  for (const [input, init] of [
    [url, { method: "POST" }],
    [new URL(url), { method: "post" }],
    [new Request(url, { method: "POST", body: "{}" }), undefined],
    [new Request(url), { method: "POST" }],
  ] as const) {
    const response = await fetch(input, init);
    expect(await response.text()).toBe(ANSWER);
    expect(await records.next()).toMatchObject({ operation: "generateContent", status: "success" });
  }
  expect(records.all).toHaveLength(4);
});

test("other requests pass through with the very arguments, untouched", async () => {
  await using server = await gemini();
  const { meter, records } = metering("http://gemini.example");
  const calls: unknown[][] = [];
  const answer = new Response("{}");
  const spy = ((...args: unknown[]) => {
    calls.push(args);
    return Promise.resolve(answer);
  }) as Fetch;
  const fetch = meteredFetch(spy, () => meter);
  const init = { method: "POST" };
  expect(await fetch(`${server.url}/v1/other`, init)).toBe(answer);
  expect(calls[0]).toEqual([`${server.url}/v1/other`, init]);
  expect(calls[0]![1]).toBe(init);
  expect(Object.getOwnPropertyNames(answer)).toEqual([]);
  expect(records.all).toEqual([]);
});

test("nonsense fails as fetch makes it fail", async () => {
  const { fetch } = metering("http://gemini.example");
  const bare = globalThis.fetch;
  for (const nonsense of [undefined, null, 7, "", "http://", Symbol.iterator]) {
    const errorOf = (promise: Promise<unknown>) =>
      promise.then(
        () => "fulfilled",
        (error: unknown) => String(error),
      );
    expect(await errorOf(fetch(nonsense as never))).toBe(await errorOf(bare(nonsense as never)));
  }
});

test("a free call gets no record", async () => {
  await using server = await gemini();
  const { fetch, records } = metering(server.url);
  await (await fetch(pathOf(server, "countTokens"), { method: "POST" })).json();
  await (await fetch(pathOf(server), { method: "POST" })).json();
  expect(await records.next()).toMatchObject({ operation: "generateContent" });
  expect(records.all).toHaveLength(1);
});

test("a rejected request is booked and rejects with the same error", async () => {
  const { meter, records } = metering("http://gemini.example");
  const refused = new TypeError("fetch failed", {
    cause: Object.assign(new Error("refused"), { code: "ECONNREFUSED" }),
  });
  const fetch = meteredFetch(
    () => Promise.reject(refused),
    () => meter,
  );
  const call = fetch("http://gemini.example/v1/models/gemini-2.5-flash:generateContent", {
    method: "POST",
  });
  await expect(call).rejects.toBe(refused);
  // It never left, so it can't be billed.
  expect(await records.next()).toMatchObject({
    status: "error",
    errorType: "ECONNREFUSED",
    cost: 0n,
    priceStatus: "free",
  });
});

test("strictBrand rejects a billed call without a brand before it is sent", async () => {
  const seen = vi.fn<() => void>();
  await using server = await serve((_request, response) => {
    seen();
    response.end(ANSWER);
  });
  const { fetch, records } = metering(server.url, { strictBrand: true });
  await expect(fetch(pathOf(server), { method: "POST" })).rejects.toThrow(
    expect.objectContaining({ code: "ERR_BRAND_REQUIRED" }),
  );
  expect(seen).not.toHaveBeenCalled();
  await (await fetch(pathOf(server, "countTokens"), { method: "POST" })).text();
  await (
    await withUsage({ brand: "acme" }, () => fetch(pathOf(server), { method: "POST" }))
  ).text();
  expect(await records.next()).toMatchObject({ brand: "acme" });
  expect(records.all).toHaveLength(1);
});

test("tags in force at the call are booked, and their absence as unattributed", async () => {
  await using server = await gemini();
  const { fetch, records } = metering(server.url);
  const call = async () => (await fetch(pathOf(server), { method: "POST" })).json();
  await withUsage({ brand: "acme", campaign: "spring", user: "u-1", endpoint: "chat" }, call);
  expect(await records.next()).toMatchObject({
    brand: "acme",
    campaign: "spring",
    user: "u-1",
    endpoint: "chat",
  });
  await call();
  expect(await records.next()).toMatchObject({
    brand: "unattributed",
    campaign: undefined,
    endpoint: "generateContent",
  });
});

test("a metered fetch over a metered fetch books once", async () => {
  await using server = await gemini();
  const { fetch, meter, records } = metering(server.url);
  const outer = meteredFetch(fetch, () => meter);
  await (await outer(pathOf(server), { method: "POST" })).json();
  expect(await records.next()).toMatchObject({ status: "success" });
  expect(records.all).toHaveLength(1);
});

test("a custom fetch may call the provider again inside a tool, and both are booked", async () => {
  await using server = await gemini();
  const { fetch, meter, records } = metering(server.url);
  const outer = meteredFetch(
    async (...args) => {
      await (
        await fetch(`${server.url}/v1/models/gemini-2.5-pro:generateContent`, { method: "POST" })
      ).json();
      return fetch(...args);
    },
    () => meter,
  );
  await (await outer(pathOf(server), { method: "POST" })).json();
  expect((await records.next()).requestedModel).toBe("gemini-2.5-pro");
  expect((await records.next()).requestedModel).toBe("gemini-2.5-flash");
  expect(records.all).toHaveLength(2);
});

test("the global is replaced and given back", async () => {
  const before = globalThis.fetch;
  const remove = installMeteredFetch(() => undefined);
  expect(globalThis.fetch).not.toBe(before);
  expect([globalThis.fetch.name, globalThis.fetch.length]).toEqual([before.name, before.length]);
  remove();
  expect(globalThis.fetch).toBe(before);
});

test("a wrapper put over ours later stays, and ours passes through", async () => {
  await using server = await gemini();
  const { meter, records } = metering(server.url);
  const before = globalThis.fetch;
  let current: typeof meter | undefined = meter;
  const remove = installMeteredFetch(() => current);
  const ours = globalThis.fetch;
  const theirs: Fetch = (...args) => ours(...args);
  globalThis.fetch = theirs;
  try {
    await (await fetch(pathOf(server), { method: "POST" })).json();
    expect(records.all).toHaveLength(1);
    current = undefined;
    remove();
    expect(globalThis.fetch).toBe(theirs);
    await (await fetch(pathOf(server), { method: "POST" })).json();
    expect(records.all).toHaveLength(1);
  } finally {
    globalThis.fetch = before;
  }
});

test("a meter that fails says so and lets the request through", async () => {
  await using server = await gemini();
  const broken: Provider = {
    mayMatch: () => true,
    match: () => {
      throw new Error("broken provider");
    },
  };
  const { fetch } = metering(server.url, { providers: [broken] });
  const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  try {
    expect(await (await fetch(pathOf(server), { method: "POST" })).text()).toBe(ANSWER);
    expect(warned).toHaveBeenCalledWith(expect.stringContaining("broken provider"), {
      type: "SpendspanWarning",
    });
  } finally {
    warned.mockRestore();
  }
});
