import { expect, test } from "vitest";

import { contents, generate, jsonOf, post, simulated, stream } from "./client.ts";

test.each([
  ["err400", 400, "INVALID_ARGUMENT"],
  ["err429", 429, "RESOURCE_EXHAUSTED"],
  ["err500", 500, "INTERNAL"],
  ["err503", 503, "UNAVAILABLE"],
])("%s answers %d %s and costs nothing", async (behaviour, code, status) => {
  const simulator = await simulated();
  const response = await generate(simulator, `gemini-2.5-flash-sim-${behaviour}`);
  expect(response.status).toBe(code);
  expect(await jsonOf(response)).toMatchObject({ error: { code, status } });
  expect(simulator.calls[0]).toMatchObject({ httpStatus: code, billed: false, behaviour });
  expect(simulator.calls[0]?.costUsd).toBeUndefined();
});

test("an error of a stream without alt=sse is in an array", async () => {
  const simulator = await simulated();
  const path = "/v1beta/models/gemini-2.5-flash-sim-err429:streamGenerateContent";
  const body = await jsonOf(post(simulator, path, contents("hello")));
  expect(body).toMatchObject([{ error: { code: 429 } }]);
});

test("503once fails the first time for each call", async () => {
  const simulator = await simulated();
  const statusOf = async (prompt: string) =>
    (await generate(simulator, "gemini-2.5-flash-sim-503once", prompt)).status;
  expect([await statusOf("a"), await statusOf("a"), await statusOf("b")]).toEqual([503, 200, 503]);
  // A marker makes two requests one call, whatever else they say.
  const marked = [await statusOf("c [[call:c]]"), await statusOf("again [[call:c]]")];
  expect(marked).toEqual([503, 200]);
  simulator.reset();
  expect(await statusOf("a")).toBe(503);
});

test("html502 is a page, not JSON", async () => {
  const simulator = await simulated();
  const response = await generate(simulator, "gemini-2.5-flash-sim-html502");
  expect(response.status).toBe(502);
  expect(response.headers.get("content-type")).toBe("text/html; charset=UTF-8");
  expect(await response.text()).toMatch(/^<!DOCTYPE html>/);
});

test("reset ends the connection before the headers, and costs nothing", async () => {
  const simulator = await simulated();
  await expect(generate(simulator, "gemini-2.5-flash-sim-reset")).rejects.toThrow("fetch failed");
  await simulator.waitForCalls(1);
  expect(simulator.calls[0]).toMatchObject({ billed: false, aborted: false });
  expect(simulator.calls[0]?.httpStatus).toBeUndefined();
});

test("a wrong key is refused as Google refuses it", async () => {
  const simulator = await simulated();
  const headers = { "x-goog-api-key": "invalid" };
  const response = await generate(simulator, "gemini-2.5-flash", "hello", { headers });
  expect(response.status).toBe(400);
  const { error } = await jsonOf(response);
  expect(error).toMatchObject({
    code: 400,
    status: "INVALID_ARGUMENT",
    message: "API key not valid. Please pass a valid API key.",
  });
  expect(error.details[0].reason).toBe("API_KEY_INVALID");
  const path = "/v1beta/models/gemini-2.5-flash:generateContent?key=invalid";
  expect((await post(simulator, path, contents("hello"), { headers: {} })).status).toBe(400);
  expect(simulator.calls.map((call) => call.path)).not.toContain("invalid");
});

test.each([
  ["a body that is no JSON", "{", "Invalid JSON payload received."],
  ["no contents", {}, "generateContent: contents is not specified"],
  ["empty contents", { contents: [] }, "generateContent: contents is not specified"],
])("%s is refused", async (_case, body, message) => {
  const simulator = await simulated();
  const response = await post(simulator, "/v1beta/models/gemini-2.5-flash:generateContent", body);
  expect(response.status).toBe(400);
  expect((await jsonOf(response))["error"].message).toBe(message);
});

test("a broken usage directive is refused by its name", async () => {
  const simulator = await simulated();
  const response = await generate(simulator, "gemini-2.5-flash", "[[usage:{nonsense}]]");
  expect(response.status).toBe(400);
  expect((await jsonOf(response))["error"].message).toMatch(/^\[\[usage:…\]\]: /);
});

test("what nobody serves is not found", async () => {
  const simulator = await simulated();
  const page = await fetch(`${simulator.url}/anything-else`);
  expect(page.status).toBe(404);
  expect(await jsonOf(page)).toMatchObject({ error: { code: 404, status: "NOT_FOUND" } });
  expect((await stream(simulator, "gemini-2.5-flash-sim-typo")).status).toBe(404);
  expect(simulator.billedCalls()).toEqual([]);
});

test("the weather is charged by the request, and its errors are not", async () => {
  const simulator = await simulated();
  const weather = (query: string) => fetch(`${simulator.url}/data/2.5/weather?${query}`);
  const berlin = await weather("q=Berlin&appid=k");
  expect(await jsonOf(berlin)).toMatchObject({ name: "Berlin", cod: 200, main: { temp: 286 } });
  expect((await weather("q=Berlin&appid=invalid")).status).toBe(401);
  expect((await weather("appid=k")).status).toBe(400);
  expect(simulator.calls.map(({ operation, billed }) => [operation, billed])).toEqual([
    ["weather", true],
    ["weather", false],
    ["weather", false],
  ]);
});

test("a prompt can ask for a behaviour, so that the model keeps its plain name", async () => {
  const simulator = await simulated();
  const response = await generate(simulator, "gemini-2.5-flash", "hello [[sim:err429]]");
  expect(response.status).toBe(429);
  expect(simulator.calls[0]).toMatchObject({
    requestedModel: "gemini-2.5-flash",
    behaviour: "err429",
    billed: false,
  });
  expect((await generate(simulator, "gemini-2.5-flash", "[[sim:err418]]")).status).toBe(404);
});
