import { execFile } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";

import type { WebHandler } from "../../src/http/response.ts";
import { startServer, type HttpServer } from "../../src/http/server.ts";
import { KeptLogger } from "../support/logger.ts";

const LOCAL = { host: "127.0.0.1", port: 0, ifInUse: "take another" };

const echo: WebHandler = async (request) =>
  Response.json(
    { url: request.url, method: request.method, accept: request.headers.get("accept") },
    { status: 203, headers: { "x-of-handler": "yes" } },
  );

test("the handler gets the request, and the client what it answers", () =>
  withServer(echo, async ({ url }) => {
    const response = await fetch(`${url}/api/usage?days=7`, { headers: { accept: "text/html" } });
    expect(response.status).toBe(203);
    expect(response.headers.get("x-of-handler")).toBe("yes");
    expect(await response.json()).toEqual({
      url: "http://localhost/api/usage?days=7",
      method: "GET",
      accept: "text/html",
    });
  }));

test("port 0 takes a free port, and two servers take two", () =>
  withServer(echo, (first) =>
    withServer(echo, async (second) => {
      expect(first.port).toBeGreaterThan(0);
      expect(second.port).not.toBe(first.port);
      expect(first.url).toBe(`http://127.0.0.1:${first.port}`);
    }),
  ));

test("a port in use is an error that names it, and what to do about it", () =>
  withServer(echo, async ({ port }) => {
    const logger = new KeptLogger();
    await expect(startServer({ ...LOCAL, port, handler: echo, logger })).rejects.toThrow(
      `ERR_CONFIG: Expected \`host\` and \`port\` to be an address that is free to listen on, got 127.0.0.1:${port}: listen EADDRINUSE: address already in use 127.0.0.1:${port}; take another`,
    );
    expect(logger.warnings).toEqual([]);
  }));

test("of a range the first port that is free is taken; where none is, the error says so", () =>
  withServer(echo, async ({ port }) => {
    const parts = { ...LOCAL, port, handler: echo, logger: new KeptLogger() };
    const second = await startServer({ ...parts, portRange: 50 });
    onTestFinished(() => second.close());
    expect(second.port).toBeGreaterThan(port);
    expect((await fetch(second.url)).status).toBe(203);
    const portRange = second.port - port + 1;
    await expect(startServer({ ...parts, portRange })).rejects.toThrow(
      `got 127.0.0.1:${port} to ${second.port}: listen EADDRINUSE`,
    );
  }));

test("an address that is not this machine's is an error, which another port would not mend", async () => {
  const logger = new KeptLogger();
  // 192.0.2.0/24 is set aside for documentation.
  await expect(startServer({ ...LOCAL, host: "192.0.2.1", handler: echo, logger })).rejects.toThrow(
    /EADDRNOTAVAIL(?!.*take another)/,
  );
});

test("a handler that rejects is a 500 without detail, and the server lives on", async () => {
  const logger = new KeptLogger();
  let isBroken = true;
  const handler: WebHandler = async (request) => {
    if (isBroken) throw new Error("hunter2");
    return echo(request);
  };
  await withServer(
    handler,
    async ({ url }) => {
      const response = await fetch(url);
      expect(response.status).toBe(500);
      expect(await response.text()).not.toContain("hunter2");
      expect(logger.warnings).toEqual(["An HTTP request could not be answered: hunter2"]);
      isBroken = false;
      expect((await fetch(url)).status).toBe(203);
    },
    logger,
  );
});

test.each([
  ["what is no HTTP", "hello\r\n\r\n", "400"],
  ["a target that is a URL", "GET http://evil.example/metrics HTTP/1.1\r\nHost: a\r\n\r\n", "400"],
  ["a target that is no path", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "400"],
  ["a method that is none of the web's", "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", "400"],
  ["a request without a host", "GET / HTTP/1.1\r\n\r\n", "400"],
  ["headers of 20 kB", `GET / HTTP/1.1\r\nHost: a\r\nX: ${"x".repeat(20_000)}\r\n\r\n`, "431"],
])("%s is refused, and the server lives on", (_what, request, status) =>
  withServer(echo, async (server) => {
    expect(await sendRaw(server, request)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect((await fetch(server.url)).status).toBe(203);
  }),
);

test("a client that goes away in the middle of its answer is no matter", async () => {
  const logger = new KeptLogger();
  const asked = Promise.withResolvers<void>();
  const mayAnswer = Promise.withResolvers<void>();
  let isFirst = true;
  const handler: WebHandler = async (request) => {
    if (isFirst) {
      isFirst = false;
      asked.resolve();
      await mayAnswer.promise;
    }
    return echo(request);
  };
  await withServer(
    handler,
    async (server) => {
      const socket = connect(server.port, "127.0.0.1");
      socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
      await asked.promise;
      socket.destroy();
      await once(socket, "close");
      mayAnswer.resolve();
      expect((await fetch(server.url)).status).toBe(203);
      expect(logger.warnings).toEqual([]);
    },
    logger,
  );
});

test("closing waits for the answer that is under way, and takes no new request", async () => {
  const asked = Promise.withResolvers<void>();
  const mayAnswer = Promise.withResolvers<void>();
  const server = await listening(async (request) => {
    asked.resolve();
    await mayAnswer.promise;
    return echo(request);
  });
  const answer = fetch(server.url);
  await asked.promise;
  const closing = server.close();
  expect(server.close()).toBe(closing);
  await expect(fetch(server.url)).rejects.toThrow("fetch failed");
  mayAnswer.resolve();
  expect((await answer).status).toBe(203);
  await closing;
});

test("closing does not wait for an answer beyond its deadline", async () => {
  const asked = Promise.withResolvers<void>();
  const server = await listening(async () => {
    asked.resolve();
    return new Promise<Response>(() => {});
  });
  const answer = fetch(server.url);
  await asked.promise;
  await server.close(1);
  await expect(answer).rejects.toThrow("fetch failed");
});

test("neither the server nor a client that stays connected keeps the process alive", async () => {
  const app = `
    import { connect } from "node:net";
    import { startServer } from "./src/http/server.ts";
    const logger = { info() {}, warn: console.error };
    const handler = async () => new Response("ok");
    const server = await startServer({ host: "127.0.0.1", port: 0, ifInUse: "", handler, logger });
    const client = connect(server.port, "127.0.0.1");
    await new Promise((resolve) => client.on("connect", resolve));
    await fetch(server.url).then((response) => response.text());
    client.unref();
    console.log("app is done");`;
  const args = ["--input-type=module-typescript", "--eval", app];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { timeout: 20_000 });
  expect({ stdout, stderr }).toEqual({ stdout: "app is done\n", stderr: "" });
});

function listening(handler: WebHandler, logger = new KeptLogger()): Promise<HttpServer> {
  return startServer({ ...LOCAL, handler, logger });
}

async function withServer<T>(
  handler: WebHandler,
  fn: (server: HttpServer) => Promise<T>,
  logger = new KeptLogger(),
): Promise<T> {
  const server = await listening(handler, logger);
  try {
    return await fn(server);
  } finally {
    await server.close(100);
  }
}

function sendRaw({ port }: HttpServer, request: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.write(request);
  return text(socket);
}
