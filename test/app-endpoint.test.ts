import { createServer, type Server } from "node:net";
import { once } from "node:events";
import { expect, onTestFinished, test, vi } from "vitest";

import { AppEndpoint } from "../src/app-endpoint.ts";
import { KeptLogger } from "./support/logger.ts";

test("a port in use is tried again until it is free", async () => {
  const { port, holder } = await heldPort();
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  const { endpoint, logger } = endpointAt(port);
  await endpoint.opened();
  expect(endpoint.url).toBeUndefined();
  vi.advanceTimersByTime(10_000);
  await endpoint.opened();
  expect(endpoint.url).toBeUndefined();

  await released(holder);
  vi.advanceTimersByTime(10_000);
  await endpoint.opened();
  expect(endpoint.url).toBe(`http://127.0.0.1:${port}`);
  expect((await fetch(`${endpoint.url}/healthz`)).status).toBe(200);
  expect(logger.warnings).toEqual([
    expect.stringMatching(/^Nothing is served for now: .*EADDRINUSE/),
  ]);
  expect(logger.infos).toEqual([`Served at ${endpoint.url} after all`]);
});

test("once it is closed, no port is tried any more", async () => {
  const { port, holder } = await heldPort();
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  const { endpoint } = endpointAt(port);
  await endpoint.opened();
  expect(vi.getTimerCount()).toBe(1);
  await endpoint.close();
  expect(vi.getTimerCount()).toBe(0);
  await released(holder);
});

test("closing waits for a try that is under way, and what came of it", async () => {
  const { port, holder } = await heldPort();
  await released(holder);
  const { endpoint } = endpointAt(port);
  await endpoint.close();
  const next = await holding(port);
  expect(next.listening).toBe(true);
  await released(next);
});

function endpointAt(port: number) {
  const logger = new KeptLogger();
  const parts = {
    metrics: async () => "",
    usageHandler: async () => new Response(),
    ledger: () => ({}),
    logger,
  };
  const endpoint = new AppEndpoint(parts, {
    host: "127.0.0.1",
    port,
    portRange: 1,
    token: undefined,
  });
  onTestFinished(() => endpoint.close());
  return { endpoint, logger };
}

async function heldPort(): Promise<{ readonly port: number; readonly holder: Server }> {
  const holder = await holding(0);
  const address = holder.address();
  if (address === null || typeof address === "string") throw new Error("Expected a TCP port");
  return { port: address.port, holder };
}

async function holding(port: number): Promise<Server> {
  const server = createServer().listen(port, "127.0.0.1");
  await once(server, "listening");
  return server;
}

async function released(server: Server): Promise<void> {
  server.close();
  await once(server, "close");
}
