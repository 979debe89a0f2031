/** Caches of the real SDKs, made by one process and changed by others, in a real ledger. */
import { type CachedContent, GoogleGenAI, type GoogleGenAIOptions } from "@google/genai";
import { GoogleAICacheManager } from "@google/generative-ai/server";
import { GoogleGenAI as GoogleGenAI1 } from "genai-1";
import { GoogleGenAI as GoogleGenAI2 } from "genai-2";
import type { Pool } from "pg";
import { expect, onTestFinished, test, vi } from "vitest";

import { type Clock, systemClock } from "../../src/base/clock.ts";
import { withUsage } from "../../src/usage/tags.ts";
import { simulated } from "../simulator/client.ts";
import type { Simulator } from "../simulator/simulator.ts";
import { withDatabase } from "../support/database.ts";
import { initialised } from "../support/initialised.ts";
import { aProcess } from "../support/metered-process.ts";
import { NOON_MS } from "../support/record.ts";

const MODEL = "gemini-2.5-flash";
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** A million tokens: $0.30 to make, and $1.00 for each hour. */
const CONTENTS = [
  { role: "user", parts: [{ text: 'A long book [[usage:{"promptTokenCount":1000000}]]' }] },
];

/** Only the headers are asked of the client. */
const authClient = { getRequestHeaders: async () => new Headers({ authorization: "Bearer t" }) };
const ON_VERTEX = {
  vertexai: true,
  project: "shop",
  location: "us-central1",
  googleAuthOptions: { authClient } as never,
};

/** Time for the app and for Google alike. */
class HeldClock implements Clock {
  nowMs = NOON_MS;

  now(): number {
    return this.nowMs;
  }

  monotonicMs(): number {
    return systemClock.monotonicMs();
  }
}

interface Scene {
  readonly simulator: Simulator;
  readonly pool: Pool;
  readonly clock: HeldClock;
  /** Runs `work` in a process of its own, for `brand`. */
  readonly as: <T>(brand: string, work: (ai: GoogleGenAI) => Promise<T>) => Promise<T>;
}

async function withScene(
  play: (scene: Scene) => Promise<void>,
  platform: Partial<GoogleGenAIOptions> = { apiKey: "any" },
): Promise<void> {
  const clock = new HeldClock();
  const simulator = await simulated({ now: () => clock.now() });
  await withDatabase(async ({ pool }) => {
    const as: Scene["as"] = async (brand, work) => {
      const process = aProcess(simulator.url, pool, { clock });
      const httpOptions = { baseUrl: simulator.url, fetch: process.fetch };
      const ai = new GoogleGenAI({ httpOptions, ...platform });
      const result = await withUsage({ brand }, () => work(ai));
      await process.end();
      return result;
    };
    await play({ simulator, pool, clock, as });
  });
}

function made(ai: GoogleGenAI, ttl = "3600s"): Promise<CachedContent> {
  return ai.caches.create({ model: MODEL, config: { contents: CONTENTS, ttl } });
}

/** `[entry, operation, brand, cost, price status]` of each row, in the order in which they happened. */
async function rowsIn(pool: Pool) {
  const { rows } = await pool.query<Record<string, string | null>>(
    `select entry, operation, brand, trim_scale(estimated_cost_usd)::text as cost, price_status
     from api_usage order by created_at, id`,
  );
  return rows.map((row) => Object.values(row));
}

async function costIn(pool: Pool): Promise<string> {
  const { rows } = await pool.query<{ cost: string }>(
    "select trim_scale(sum(estimated_cost_usd))::text as cost from api_usage",
  );
  return rows[0]!.cost;
}

/** $0.30 for its tokens, and $1.00 for its hour. */
const MADE = ["call", "cachedContents.create", "acme", "1.3", "priced"];

test("a cache that is left to expire costs its tokens and its time, booked when it is made", () =>
  withScene(async ({ simulator, pool, clock, as }) => {
    await as("acme", async (ai) => {
      const { name } = await made(ai);
      await ai.caches.get({ name: name! });
      await ai.caches.list();
      clock.nowMs += HOUR_MS;
      await expect(ai.caches.delete({ name: name! })).rejects.toThrow("not found");
    });
    expect(await rowsIn(pool)).toEqual([MADE]);
    expect(await costIn(pool)).toBe(simulator.totalCostUsd());
  }));

test.each([
  ["Gemini API", { apiKey: "any" }],
  ["Vertex AI", ON_VERTEX],
])(
  "another process prolongs, shortens and deletes a cache of the %s, and its maker pays",
  (_, to) =>
    withScene(async ({ simulator, pool, clock, as }) => {
      const { name = "" } = await as("acme", (ai) => made(ai));
      await as("globex", async (ai) => {
        clock.nowMs += 30 * MINUTE_MS;
        await ai.caches.update({ name, config: { ttl: "7200s" } });
        await ai.caches.update({ name, config: { ttl: "3600s" } });
      });
      await as("initech", async (ai) => {
        clock.nowMs += 15 * MINUTE_MS;
        await ai.caches.delete({ name });
      });
      expect(await rowsIn(pool)).toEqual([
        MADE,
        ["storage", "cachedContents.update", "acme", "1.5", "priced"], // for 2.5 hours, of which 1 was paid
        ["storage", "cachedContents.update", "acme", "-1", "priced"], // for 1.5 hours
        ["storage", "cachedContents.delete", "acme", "-0.75", "priced"], // for 45 minutes in all
      ]);
      // $0.30 + 0.75 hours × $1.00
      expect(await costIn(pool)).toBe("1.05");
      expect(simulator.totalCostUsd()).toBe("1.05");
    }, to),
);

test("one process books its changes before the ledger has its rows", () =>
  withScene(async ({ simulator, pool, clock, as }) => {
    await as("acme", async (ai) => {
      const { name = "" } = await made(ai);
      await ai.caches.update({ name, config: { ttl: "7200s" } });
      clock.nowMs += 15 * MINUTE_MS;
      await ai.caches.delete({ name });
    });
    expect(await costIn(pool)).toBe("0.55"); // $0.30 + a quarter of an hour
    expect(simulator.totalCostUsd()).toBe("0.55");
  }));

test("a change to a cache that nobody has a record of is a row of unknown cost", () =>
  withScene(async ({ simulator, pool, as }) => {
    const unmetered = new GoogleGenAI({ apiKey: "any", httpOptions: { baseUrl: simulator.url } });
    const { name = "" } = await made(unmetered);
    await as("acme", (ai) => ai.caches.update({ name, config: { ttl: "7200s" } }));
    expect(await rowsIn(pool)).toEqual([
      ["storage", "cachedContents.update", "acme", null, "unpriced"],
    ]);
  }));

/** By SDKs that look `fetch` up in the global scope; `later` is told between update and removal. */
const BY_GLOBAL_FETCH: Readonly<Record<string, (url: string, later: () => void) => Promise<void>>> =
  {
    "genai-1": (baseUrl, later) =>
      lived(new GoogleGenAI1({ apiKey: "any", httpOptions: { baseUrl } }), later),
    "genai-2": (baseUrl, later) =>
      lived(new GoogleGenAI2({ apiKey: "any", httpOptions: { baseUrl } }), later),
    "generative-ai": async (baseUrl, later) => {
      const caches = new GoogleAICacheManager("any", { baseUrl });
      const { name } = await caches.create({ model: MODEL, contents: CONTENTS, ttlSeconds: 3_600 });
      await caches.update(name!, { cachedContent: { ttlSeconds: 7_200 } });
      later();
      await caches.delete(name!);
    },
  };

async function lived(ai: GoogleGenAI1 | GoogleGenAI2, later: () => void): Promise<void> {
  const config = { contents: CONTENTS, ttl: "3600s" };
  const { name = "" } = await ai.caches.create({ model: MODEL, config });
  await ai.caches.update({ name, config: { ttl: "7200s" } });
  later();
  await ai.caches.delete({ name });
}

test.each(Object.entries(BY_GLOBAL_FETCH))("caches of %s are metered likewise", (_, live) =>
  withScene(async ({ simulator, pool, clock }) => {
    const process = aProcess(simulator.url, pool, { clock });
    vi.stubGlobal("fetch", process.fetch);
    onTestFinished(() => void vi.unstubAllGlobals());
    const later = () => void (clock.nowMs += 15 * MINUTE_MS);
    await withUsage({ brand: "acme" }, () => live(simulator.url, later));
    await process.end();
    expect(await rowsIn(pool)).toHaveLength(3);
    expect(await costIn(pool)).toBe("0.55");
    expect(simulator.totalCostUsd()).toBe("0.55");
  }),
);

test("shutdown() waits until a removal has been booked", () =>
  withDatabase(async ({ pool, url }) => {
    const simulator = await simulated();
    const ai = new GoogleGenAI({ apiKey: "any", httpOptions: { baseUrl: simulator.url } });
    const metered = async <T>(brand: string, work: () => Promise<T>): Promise<T> => {
      const spendspan = initialised({ databaseUrl: url, baseUrls: [simulator.url] });
      const result = await withUsage({ brand }, work);
      await spendspan.shutdown();
      return result;
    };
    const { name = "" } = await metered("acme", () => made(ai));
    await metered("globex", () => ai.caches.delete({ name }));
    const rows = await rowsIn(pool);
    const [, , , cost] = rows[1]!;
    expect(rows).toEqual([MADE, ["storage", "cachedContents.delete", "acme", cost, "priced"]]);
    // Nearly all of its hour, whose last second alone costs $0.00028.
    expect(Number(cost)).toBeLessThan(-0.9);
    expect(Number(cost)).toBeGreaterThanOrEqual(-1);
  }));
