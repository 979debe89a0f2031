import { expect, onTestFinished, test, vi } from "vitest";

import {
  calculateCost,
  ConfigError,
  init,
  meterFetch,
  trackAPIUsage,
  withUsage,
} from "../src/index.ts";
import { currentRuntime } from "../src/runtime-slot.ts";
import { generate, simulated } from "./simulator/client.ts";
import { withDatabase } from "./support/database.ts";
import { samplesOf } from "./support/exposition.ts";
import { initialised } from "./support/initialised.ts";
import { KeptLogger } from "./support/logger.ts";
import { storedIds } from "./support/writer.ts";

const WEATHER = { api_provider: "openweathermap", api_endpoint: "weather" } as const;
const appFetch = globalThis.fetch;

test("init twice is one init, and one row a call", () =>
  withDatabase(async ({ pool, url }) => {
    const simulator = await simulated();
    const logger = new KeptLogger();
    const first = initialised({ databaseUrl: url, baseUrls: [simulator.url], logger });
    const metered = globalThis.fetch;
    const second = init();
    expect(globalThis.fetch).toBe(metered);
    expect(logger.warnings).toEqual([]);
    await (await generate(simulator, "gemini-2.5-flash")).text();
    expect(await second.flush()).toEqual({ written: 1, remaining: 0, dropped: 0, deadLetters: 0 });
    expect(await second.metrics()).toBe(await first.metrics());
    expect(await storedIds(pool)).toHaveLength(1);
  }));

test("options of a second init are passed over, and that is said", () => {
  const first = initialised();
  const logger = new KeptLogger();
  const second = init({ databaseUrl: "postgres://elsewhere/none", logger });
  expect(logger.warnings).toEqual([
    "init() was called before: the options of this call are passed over",
  ]);
  expect(second.databaseUrl).toBe(first.databaseUrl);
});

test.each([null, "x", { logger: null }])("%j in place of them is passed over as well", (none) => {
  const emitted = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  onTestFinished(() => emitted.mockRestore());
  const first = initialised({ databaseUrl: "postgres://db/app" });
  expect(init(none as never).databaseUrl).toBe(first.databaseUrl);
  const warning = "init() was called before: the options of this call are passed over";
  expect(emitted.mock.calls).toEqual([[warning, { type: "SpendspanWarning" }]]);
});

test("what is no object of options is refused, and nothing is begun", () => {
  expect(() => init(null as never)).toThrow(
    "ERR_CONFIG: Expected the options of init() to be an object",
  );
  expect(globalThis.fetch).toBe(appFetch);
});

test("a variable with a slip in its name is told once, and takes nothing from the app", () => {
  vi.stubEnv("SPENDSPAN_DATABSE_URL", "postgres://elsewhere/none");
  onTestFinished(() => void vi.unstubAllEnvs());
  const logger = new KeptLogger();
  initialised({ logger });
  init();
  expect(logger.warnings).toEqual([
    "The variable `SPENDSPAN_DATABSE_URL` is unknown, and passed over: did you mean `SPENDSPAN_DATABASE_URL`?",
  ]);
});

test("a logger that fails to say so does not keep init from its work", () => {
  vi.stubEnv("SPENDSPAN_OF_A_LATER_VERSION", "1");
  onTestFinished(() => void vi.unstubAllEnvs());
  const warn = vi.fn<() => never>(() => {
    throw new Error("the disk is full");
  });
  initialised({ logger: { info: () => {}, warn } });
  expect(warn).toHaveBeenCalledOnce();
  expect(globalThis.fetch).not.toBe(appFetch);
});

test("shutdown gives fetch back, and init can be called again", () =>
  withDatabase(async ({ pool, url }) => {
    const simulator = await simulated();
    const options = { databaseUrl: url, baseUrls: [simulator.url] };
    for (let turn = 1; turn <= 2; turn++) {
      const spendspan = initialised(options);
      expect(globalThis.fetch).not.toBe(appFetch);
      await (await generate(simulator, "gemini-2.5-flash")).text();
      expect(await spendspan.shutdown()).toMatchObject({ written: 1, remaining: 0 });
      expect(globalThis.fetch).toBe(appFetch);
      await (await generate(simulator, "gemini-2.5-flash")).text(); // not metered
    }
    expect(await storedIds(pool)).toHaveLength(2);
  }));

test("a call is priced by the app's own price, and its row says so", () =>
  withDatabase(async ({ pool, url }) => {
    const simulator = await simulated();
    const prices = [{ id: "gemini-2.5-flash", input: "0", output: "1000000" }];
    const spendspan = initialised({ databaseUrl: url, baseUrls: [simulator.url], prices });
    await (await generate(simulator, "gemini-2.5-flash")).text();
    await spendspan.flush();
    const { rows } = await pool.query(
      "select estimated_cost_usd::int as usd, output_tokens::int as tokens, price_version from api_usage",
    );
    expect(rows).toEqual([
      {
        usd: rows[0].tokens, // a dollar a token
        tokens: expect.any(Number),
        price_version: expect.stringMatching(/^user:[0-9a-f]{8}@start$/),
      },
    ]);
    expect(rows[0].tokens).toBeGreaterThan(0);
  }));

const OLD =
  "List prices were checked 91 days ago, on 2026-11-24: update spendspan, or give prices of your own";

test.each([
  ["2027-02-22T08:00:00Z", {}, []], // 7 + 31 + 31 + 21 days, which is 90
  ["2027-02-23T08:00:00Z", {}, [OLD]],
  ["2027-02-23T08:00:00Z", { maxPriceAgeDays: 91 }, []],
  ["2027-02-23T08:00:00Z", { disabled: true }, []],
])("the age of list prices is told at start, and once: at %s with %j", (now, options, warnings) => {
  vi.useFakeTimers({ toFake: ["Date"], now: new Date(now) });
  onTestFinished(() => void vi.useRealTimers());
  const logger = new KeptLogger();
  initialised({ logger, ...options });
  calculateCost({ model: "gemini-2.5-flash", input_tokens: 1, output_tokens: 1 });
  expect(logger.warnings).toEqual(warnings);
});

test("the shutdown of an earlier init leaves a later one alone", async () => {
  const earlier = initialised();
  await earlier.shutdown();
  initialised();
  const metered = globalThis.fetch;
  await earlier.shutdown();
  expect(globalThis.fetch).toBe(metered);
  expect(trackAPIUsage(WEATHER)).toMatch(/^[0-9a-f-]{36}$/);
});

test("every fault of the options is named at once, and nothing is begun", () => {
  const options = { port: 70_000, brands: ["a\nb"], openTelemetry: "never" as "join" };
  let thrown: unknown;
  try {
    init(options);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(ConfigError);
  expect((thrown as ConfigError).faults).toEqual([
    expect.stringContaining("`brands`"),
    expect.stringContaining("`port`"),
    expect.stringContaining("`openTelemetry`"),
  ]);
  expect(globalThis.fetch).toBe(appFetch);
  expect(() => currentRuntime("anything")).toThrow("ERR_NOT_INITIALISED");
});

test("disabled, it passes everything through, records nothing and opens nothing", async () => {
  const simulator = await simulated();
  const listeners = process.listenerCount("SIGTERM");
  const spendspan = initialised({
    disabled: true,
    server: true,
    port: 0,
    openTelemetry: "auto",
    databaseUrl: "postgres://nobody@127.0.0.1:1/none",
    baseUrls: [simulator.url],
  });
  expect(globalThis.fetch).toBe(appFetch);
  expect(process.listenerCount("SIGTERM")).toBe(listeners);
  await spendspan.ready();
  expect(spendspan.url).toBeUndefined();

  const metered = meterFetch(fetch);
  const address = `${simulator.url}/v1beta/models/gemini-2.5-flash:generateContent`;
  await (await metered(address, { method: "POST", body: "{}" })).text();
  trackAPIUsage(WEATHER);
  expect(() => trackAPIUsage({ ...WEATHER, api_provider: "" })).toThrow("ERR_USAGE_INVALID");
  expect(samplesOf(await spendspan.metrics(), "api_usage_requests_total")).toEqual([]);
  expect(await spendspan.flush()).toEqual({ written: 0, remaining: 0, dropped: 0, deadLetters: 0 });
});

test("disabled, reports are still read", () =>
  withDatabase(async ({ url }) => {
    const { usageHandler } = initialised({ disabled: true, databaseUrl: url });
    const response = await usageHandler(new Request("http://localhost/api/usage?days=7"));
    expect(await response.json()).toMatchObject({ days: 7, total_requests: 0 });
  }));

test("meterFetch passes everything through before init, and meters after it", async () => {
  const simulator = await simulated();
  const fetch = meterFetch(appFetch);
  const ask = async (): Promise<number> => {
    const address = `${simulator.url}/v1beta/models/gemini-2.5-flash:generateContent`;
    const response = await fetch(address, {
      method: "POST",
      body: '{"contents":[{"parts":[{"text":"How much is it?"}]}]}',
    });
    await response.text();
    return response.status;
  };
  expect(await ask()).toBe(200);
  const spendspan = initialised({ baseUrls: [simulator.url] });
  await withUsage({ brand: "acme" }, ask);
  const counts = samplesOf(await spendspan.metrics(), "api_usage_requests_total");
  expect(counts.filter(({ value }) => value > 0)).toEqual([
    { labels: expect.objectContaining({ brand: "acme", status: "success" }), value: 1 },
  ]);
});

test("meterFetch refuses what is no function", () => {
  expect(() => meterFetch(undefined as never)).toThrow(
    "ERR_CONFIG: Expected `fetch` to be a function, got undefined",
  );
});

test.each([
  [null, "Expected `options` to be an object, got null"],
  ["1s", "Expected `options` to be an object, got '1s'"],
  [{ timeout: 1 }, "Expected a field of `options` to be one of timeoutMs, got 'timeout'"],
  [{ timeoutMs: NaN }, "Expected `options.timeoutMs` to be a number from 0 to 86400000, got NaN"],
  [
    { timeoutMs: Infinity },
    "Expected `options.timeoutMs` to be a number from 0 to 86400000, got Infinity",
  ],
])("a flush of %j takes its usual time, and says why", async (options, fault) => {
  const logger = new KeptLogger();
  const spendspan = initialised({ shutdownTimeoutMs: 2_000, logger });
  expect(await spendspan.flush(options as never)).toMatchObject({ written: 0, remaining: 0 });
  expect(logger.warnings).toEqual([`flush() waits for 2000 ms at most: ${fault}`]);
});

test("a flush says what is written and what is not", () =>
  withDatabase(async ({ pool, url }) => {
    const spendspan = initialised({ databaseUrl: url, journal: false, maxPendingRows: 2 });
    for (let row = 1; row <= 3; row++) trackAPIUsage(WEATHER);
    // Three rows at once, and room for two.
    expect(await spendspan.flush()).toEqual({
      written: 2,
      remaining: 0,
      dropped: 1,
      deadLetters: 0,
    });
    await pool.query("alter table api_usage rename to elsewhere");
    trackAPIUsage(WEATHER);
    expect(await spendspan.flush()).toEqual({
      written: 2,
      remaining: 1,
      dropped: 1,
      deadLetters: 0,
    });
    await pool.query("alter table elsewhere rename to api_usage");
    expect(await spendspan.shutdown()).toMatchObject({ written: 3, remaining: 0 });
  }));

test("the server answers while it runs, and no longer after shutdown", () =>
  withDatabase(async ({ url }) => {
    const spendspan = initialised({ databaseUrl: url, server: true, port: 0 });
    await spendspan.ready();
    // Else the client may try the same connection again, and find it closed.
    const headers = { connection: "close" };
    const health = await appFetch(`${spendspan.url}/healthz`, { headers });
    expect(await health.json()).toMatchObject({ ok: true });
    await spendspan.shutdown();
    await expect(appFetch(`${spendspan.url}/healthz`)).rejects.toMatchObject({
      cause: { code: "ECONNREFUSED" },
    });
  }));

test("shutdown takes back all that it listens to", async () => {
  const events = ["beforeExit", "SIGTERM", "SIGINT", "exit"];
  const before = events.map((event) => process.listenerCount(event));
  await initialised().shutdown();
  expect(events.map((event) => process.listenerCount(event))).toEqual(before);
});
