import { expect, onTestFinished, test, vi } from "vitest";

import { AppEndpoint } from "../src/app-endpoint.ts";
import { freePort } from "./support/free-port.ts";
import { serve } from "./support/http-server.ts";
import { KeptLogger } from "./support/logger.ts";

test("a port in use is tried again until it is free", async () => {
  const holder = await serve(() => undefined);
  holdTimeouts();
  const { endpoint, logger } = endpointAt(new URL(holder.url).port);
  await endpoint.opened();
  expect(endpoint.url).toBeUndefined();
  vi.advanceTimersByTime(10_000);
  await endpoint.opened();
  expect(endpoint.url).toBeUndefined();

  await holder[Symbol.asyncDispose]();
  vi.advanceTimersByTime(10_000);
  await endpoint.opened();
  expect(endpoint.url).toBe(holder.url);
  expect((await fetch(`${endpoint.url}/healthz`)).status).toBe(200);
  expect(logger.warnings).toEqual([
    expect.stringMatching(/^Nothing is served for now: .*EADDRINUSE/),
  ]);
  expect(logger.infos).toEqual([`Served at ${endpoint.url} after all`]);
});

test("once it is closed, no port is tried any more", async () => {
  await using holder = await serve(() => undefined);
  holdTimeouts();
  const { endpoint } = endpointAt(new URL(holder.url).port);
  await endpoint.opened();
  expect(vi.getTimerCount()).toBe(1);
  await endpoint.close();
  expect(vi.getTimerCount()).toBe(0);
});

test("closing waits for a try that is under way, and what came of it", async () => {
  const port = String(await freePort());
  await endpointAt(port).endpoint.close();
  const { endpoint: next } = endpointAt(port);
  await next.opened();
  expect(next.url).toBe(`http://127.0.0.1:${port}`);
});

function holdTimeouts(): void {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
}

function endpointAt(port: string) {
  const logger = new KeptLogger();
  const parts = {
    metrics: async () => "",
    usageHandler: async () => new Response(),
    ledger: () => ({}),
    logger,
  };
  const options = { host: "127.0.0.1", port: Number(port), portRange: 1, token: undefined };
  const endpoint = new AppEndpoint(parts, options);
  onTestFinished(() => endpoint.close());
  return { endpoint, logger };
}
