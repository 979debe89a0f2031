/** Interactions in the background: handed in by one process, found done by another, and billed once. */
import { GoogleGenAI } from "@google/genai";
import type { Pool } from "pg";
import { expect, test } from "vitest";

import { withUsage } from "../../src/usage/tags.ts";
import { simulated } from "../simulator/client.ts";
import type { Simulator } from "../simulator/simulator.ts";
import { withDatabase } from "../support/database.ts";
import { aProcess } from "../support/metered-process.ts";

const MODEL = "gemini-2.5-flash";
const USAGE =
  '[[usage:{"promptTokenCount":1000,"candidatesTokenCount":200,"totalTokenCount":1200}]]';
/** 1 000 × $0.30/M + 200 × $2.50/M */
const COST = "0.0008";

async function drained(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of stream);
}

/** `["call", brand, status, cost, price status]` of each row. */
async function rowsIn(pool: Pool) {
  const { rows } = await pool.query<Record<string, string | null>>(
    `select entry, brand, status, trim_scale(estimated_cost_usd)::text as cost, price_status
     from api_usage order by entry desc, created_at`,
  );
  return rows.map((row) => Object.values(row));
}

/** Runs `work` in a process of its own, for `brand`. */
async function inProcess<T>(
  simulator: Simulator,
  pool: Pool,
  brand: string,
  work: (interactions: GoogleGenAI["interactions"]) => Promise<T>,
): Promise<T> {
  const process = aProcess(simulator.url, pool);
  const httpOptions = { baseUrl: simulator.url, fetch: process.fetch };
  const { interactions } = new GoogleGenAI({ apiKey: "any", httpOptions });
  const result = await withUsage({ brand }, () => work(interactions));
  await process.end();
  return result;
}

const SUBMITTED = ["job", "acme", "success", "0", "free"];
const COLLECTED = ["call", "acme", "success", COST, "priced"];

test("one made in the background is billed once, to its maker, by whoever finds it done", () =>
  withDatabase(async ({ pool }) => {
    const simulator = await simulated();
    const made = await inProcess(simulator, pool, "acme", (interactions) =>
      interactions.create({ model: MODEL, input: USAGE, background: true }),
    );
    expect(made.status).toBe("in_progress");
    expect(await rowsIn(pool)).toEqual([SUBMITTED]);

    for (const brand of ["other", "third"]) {
      await inProcess(simulator, pool, brand, async (interactions) => {
        await interactions.get(made.id);
        expect((await interactions.get(made.id)).status).toBe("completed");
      });
    }
    await inProcess(simulator, pool, "other", async (interactions) =>
      drained(await interactions.get(made.id, { stream: true })),
    );
    expect(await rowsIn(pool)).toEqual([SUBMITTED, COLLECTED]);
    expect(simulator.totalCostUsd()).toBe(COST);
  }));

test("a streamed look finds one done, too", () =>
  withDatabase(async ({ pool }) => {
    const simulator = await simulated();
    await inProcess(simulator, pool, "acme", async (interactions) => {
      const { id } = await interactions.create({ model: MODEL, input: USAGE, background: true });
      await drained(await interactions.get(id, { stream: true }));
    });
    expect(await rowsIn(pool)).toEqual([SUBMITTED, COLLECTED]);
  }));

test("one that fails, and an agent that has no list price, are rows of their maker's too", () =>
  withDatabase(async ({ pool }) => {
    const simulator = await simulated();
    await inProcess(simulator, pool, "acme", async (interactions) => {
      for (const what of [{ model: `${MODEL}-sim-safety` }, { agent: "deep-research" }]) {
        const request = { ...what, input: USAGE, background: true };
        const { id } = await interactions.create(request);
        await drained(await interactions.get(id, { stream: true }));
      }
    });
    expect(await rowsIn(pool)).toEqual([
      SUBMITTED,
      SUBMITTED,
      ["call", "acme", "error", COST, "partial"],
      ["call", "acme", "success", null, "unpriced"],
    ]);
  }));

test("one that is cancelled is billed by what its cancelling shows", () =>
  withDatabase(async ({ pool }) => {
    const simulator = await simulated();
    await inProcess(simulator, pool, "acme", async (interactions) => {
      const { id } = await interactions.create({ model: MODEL, input: USAGE, background: true });
      await interactions.cancel(id);
      await interactions.delete(id);
    });
    expect(await rowsIn(pool)).toEqual([SUBMITTED, COLLECTED]);
  }));

test("one that was billed as it was made is not billed again when it is looked at", () =>
  withDatabase(async ({ pool }) => {
    const simulator = await simulated();
    await inProcess(simulator, pool, "acme", async (interactions) => {
      const { id } = await interactions.create({ model: MODEL, input: USAGE });
      await interactions.get(id);
      await drained(await interactions.get(id, { stream: true }));
    });
    expect(await rowsIn(pool)).toEqual([COLLECTED]);
  }));
