/** What metering wrote of every surface, computed again from the rows alone. */
import {
  GenerateVideosOperation,
  GoogleGenAI,
  type GoogleGenAIOptions,
  type InlinedRequest,
} from "@google/genai";
import type { Pool } from "pg";
import { expect, test } from "vitest";

import { systemClock } from "../../src/base/clock.ts";
import { geminiPriceBook } from "../../src/pricing/gemini-prices.ts";
import type { PriceBook } from "../../src/pricing/price-book.ts";
import { reprice } from "../../src/repricing/reprice.ts";
import { getUsageStats } from "../../src/stats/queries.ts";
import { withUsage } from "../../src/usage/tags.ts";
import { simulated } from "../simulator/client.ts";
import type { Simulator } from "../simulator/simulator.ts";
import { withDatabase } from "../support/database.ts";
import { aProcess } from "../support/metered-process.ts";

const MODEL = "gemini-2.5-flash";
const BEHAVIOURS = [
  "ok",
  "thinking",
  "cached",
  "tooluse",
  "full",
  "longcontext",
  "blocked",
  "safety",
  "maxtok",
  "nousage",
  "unknownmodel",
  "rerouted",
  "grounded2",
  "maps",
  "sseerr",
  "err400",
];
const EVER = { since: "2000-01-01T00:00:00Z", until: "2100-01-01T00:00:00Z" };

type Work = (ai: GoogleGenAI) => Promise<unknown>;

const GEMINI_API: GoogleGenAIOptions = { apiKey: "any" };
const authClient = { getRequestHeaders: async () => new Headers({ authorization: "Bearer t" }) };
const VERTEX_AI: GoogleGenAIOptions = {
  vertexai: true,
  project: "p",
  location: "us-central1",
  googleAuthOptions: { authClient } as never,
};

/** Runs `work` in a process of its own. */
async function inProcess(
  simulator: Simulator,
  pool: Pool,
  work: Work,
  platform = GEMINI_API,
): Promise<void> {
  const process = aProcess(simulator.url, pool);
  const httpOptions = { baseUrl: simulator.url, fetch: process.fetch };
  const ai = new GoogleGenAI({ ...platform, httpOptions });
  await withUsage({ brand: "acme" }, () => work(ai));
  await process.end();
}

function repriced(pool: Pool, book: PriceBook) {
  return reprice(pool, { ...EVER, brand: undefined, model: undefined, dryRun: false, book });
}

async function models(ai: GoogleGenAI): Promise<void> {
  for (const behaviour of BEHAVIOURS) {
    const asked = { model: `${MODEL}-sim-${behaviour}`, contents: "How much is it?" };
    // oxlint-disable-next-line no-await-in-loop -- each is there before the next
    await ai.models.generateContent(asked).catch(() => undefined);
    // oxlint-disable-next-line no-await-in-loop -- each is there before the next
    await followed(ai, asked).catch(() => undefined);
  }
  await ai.models.generateContent({ model: "gemini-2.5-flash-image", contents: "A picture." });
  await ai.models.embedContent({ model: "gemini-embedding-001", contents: "A text." });
}

async function followed(ai: GoogleGenAI, asked: { model: string; contents: string }) {
  for await (const _chunk of await ai.models.generateContentStream(asked)) void _chunk;
}

async function caches(ai: GoogleGenAI): Promise<void> {
  const contents = "A long text. ".repeat(1_000);
  const { name } = await ai.caches.create({ model: MODEL, config: { contents, ttl: "3600s" } });
  await ai.caches.update({ name: name!, config: { ttl: "7200s" } });
  await ai.caches.delete({ name: name! });
}

function requests(...texts: readonly string[]): InlinedRequest[] {
  return texts.map((text) => ({ contents: [{ role: "user", parts: [{ text }] }] }));
}

async function batches(ai: GoogleGenAI): Promise<void> {
  const src = requests("[[sim:full]]", "[[sim:err400]]", "[[sim:thinking]]");
  const { name } = await ai.batches.create({ model: MODEL, src });
  while (/RUNNING|PENDING/.test((await ai.batches.get({ name: name! })).state ?? ""));
  await ai.batches.create({ model: MODEL, src });
}

async function videos(ai: GoogleGenAI): Promise<void> {
  const model = "veo-3.1-fast-generate-preview";
  const config = { durationSeconds: 4, resolution: "1080p" };
  const { name } = await ai.models.generateVideos({ model, source: { prompt: "Rain." }, config });
  const operation = Object.assign(new GenerateVideosOperation(), { name });
  while ((await ai.operations.getVideosOperation({ operation })).done !== true);
}

test("rows of every surface cost the same when they are computed again", () =>
  withDatabase(async ({ pool }) => {
    const simulator = await simulated();
    await inProcess(simulator, pool, models);
    await inProcess(simulator, pool, models, VERTEX_AI);
    await inProcess(simulator, pool, caches);
    await inProcess(simulator, pool, batches);
    await inProcess(simulator, pool, videos, VERTEX_AI);
    const { rows } = await pool.query(
      "select distinct entry, price_status from api_usage order by entry, price_status",
    );
    expect(rows.map(({ entry, price_status }) => `${entry} ${price_status}`)).toEqual([
      "call free",
      "call partial",
      "call priced",
      "call unpriced",
      "job free",
      "storage priced",
    ]);
    const { posted, changed, left_alone } = await repriced(pool, geminiPriceBook());
    expect({ posted, changed: changed.rows }).toEqual({ posted: 0, changed: 0 });
    expect(left_alone).toEqual({
      free: 5, // four refused with 400, and one in the batch
      no_usage: 5, // four that tell none, and of Vertex AI the stream that breaks off before its usage
      no_price: 4, // of a model that nobody knows
      http_rule: 0,
      given: 0,
      own_price: 0,
      no_longer_priced: 0,
    });
  }));

test("a batch is pending until its results were fetched", () =>
  withDatabase(async ({ pool }) => {
    const simulator = await simulated();
    let name = "";
    await inProcess(simulator, pool, async (ai) => {
      name = (await ai.batches.create({ model: MODEL, src: requests("a", "b") })).name!;
    });
    const pending = async () =>
      (await getUsageStats(pool, { days: 2 }, systemClock)).pending_jobs.count;
    expect(await pending()).toBe(1);
    await inProcess(simulator, pool, async (ai) => {
      while (/RUNNING|PENDING/.test((await ai.batches.get({ name })).state ?? ""));
    });
    expect(await pending()).toBe(0);
  }));
