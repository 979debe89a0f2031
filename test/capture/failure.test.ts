import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { afterAll, beforeAll, expect, test } from "vitest";

import { AbortWatch, failureOf } from "../../src/capture/failure.ts";

const server = createServer((request, response) => {
  if (request.url === "/reset") request.socket.destroy();
  else if (request.url === "/cut") {
    response.writeHead(200, { "content-length": "100" });
    response.write("begun", () => request.socket.destroy());
  } // all else hangs until the client leaves
});
let url: string;

beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

async function failureOfFetch(target: string, signal?: AbortSignal) {
  const watch = signal === undefined ? undefined : new AbortWatch(signal);
  const error: unknown = await fetch(target, signal === undefined ? {} : { signal })
    .then((response) => response.text())
    .then(
      () => expect.unreachable("the request was to fail"),
      (thrown: unknown) => thrown,
    );
  return failureOf(error, watch);
}

test("a refused connection was never sent", async () => {
  const closed = createServer().listen(0, "127.0.0.1");
  await once(closed, "listening");
  const { port } = closed.address() as AddressInfo;
  closed.close();
  await once(closed, "close");
  expect(await failureOfFetch(`http://127.0.0.1:${port}/`)).toMatchObject({
    status: "error",
    errorType: "ECONNREFUSED",
    neverSent: true,
  });
});

test("a host that does not exist was never sent", async () => {
  expect(await failureOfFetch("http://nowhere.invalid/")).toMatchObject({
    status: "error",
    neverSent: true,
  });
});

test("a reset may have been billed", async () => {
  expect(await failureOfFetch(`${url}/reset`)).toMatchObject({ status: "error", neverSent: false });
});

test("a cut body is an error", async () => {
  expect(await failureOfFetch(`${url}/cut`)).toMatchObject({
    status: "error",
    errorType: "UND_ERR_SOCKET",
    neverSent: false,
  });
});

test("AbortSignal.timeout is a timeout", async () => {
  expect(await failureOfFetch(`${url}/hang`, AbortSignal.timeout(20))).toMatchObject({
    status: "timeout",
    errorType: "TimeoutError",
    neverSent: false,
  });
});

test("a controller aborted by a timer is a timeout, as both SDKs do it", async () => {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 20);
  expect(await failureOfFetch(`${url}/hang`, controller.signal)).toMatchObject({
    status: "timeout",
  });
});

test("a controller aborted by the app is a cancellation", async () => {
  const controller = new AbortController();
  server.once("request", () => controller.abort());
  expect(await failureOfFetch(`${url}/hang`, controller.signal)).toMatchObject({
    status: "cancelled",
    errorType: "AbortError",
    neverSent: false,
  });
});

test("a signal aborted beforehand sends nothing", async () => {
  expect(await failureOfFetch(url, AbortSignal.abort())).toMatchObject({
    status: "cancelled",
    neverSent: true,
  });
});

test("a reason of the app's own is still a cancellation", async () => {
  const controller = new AbortController();
  server.once("request", () => controller.abort(new Error("user went away")));
  expect(await failureOfFetch(`${url}/hang`, controller.signal)).toMatchObject({
    status: "cancelled",
    message: "user went away",
  });
});

test("a thrown value that is no Error is an error", () => {
  expect(failureOf("boom", undefined)).toEqual({
    status: "error",
    errorType: "Error",
    message: "boom",
    neverSent: false,
  });
});

test("a parser's message, which quotes the answer, is not kept", () => {
  const error = failureOf(
    new SyntaxError(`Unexpected token 'S', "Secret answer" is not valid JSON`),
    undefined,
  );
  expect(error).toMatchObject({ status: "error", errorType: "SyntaxError" });
  expect(error.message).not.toContain("Secret");
});

test("a watch lets go of its signal", () => {
  const { signal } = new AbortController();
  const watch = new AbortWatch(signal);
  watch.stop();
  signal.dispatchEvent(new Event("abort"));
  expect(watch.byTimer).toBe(false);
});
