/** Videos of the real SDK, asked for by one process and found done by others, in a real ledger. */
import { GenerateVideosOperation, GoogleGenAI } from "@google/genai";
import type { Pool } from "pg";
import { expect, test } from "vitest";

import { withUsage } from "../../src/usage/tags.ts";
import { jsonOf, simulated } from "../simulator/client.ts";
import type { Simulator } from "../simulator/simulator.ts";
import { withDatabase } from "../support/database.ts";
import { aProcess } from "../support/metered-process.ts";

const MODEL = "veo-3.1-fast-generate-preview";
const authClient = { getRequestHeaders: async () => new Headers({ authorization: "Bearer t" }) };

/** Runs `work` in a process of its own, for `brand`. */
async function inProcess<T>(
  simulator: Simulator,
  pool: Pool,
  brand: string,
  work: (ai: GoogleGenAI, fetch: typeof globalThis.fetch) => Promise<T>,
): Promise<T> {
  const process = aProcess(simulator.url, pool);
  const { fetch } = process;
  const ai = new GoogleGenAI({
    vertexai: true,
    project: "p",
    location: "us-central1",
    googleAuthOptions: { authClient } as never,
    httpOptions: { baseUrl: simulator.url, fetch },
  });
  const result = await withUsage({ brand }, () => work(ai, fetch));
  await process.end();
  return result;
}

async function awaited(ai: GoogleGenAI, name: string): Promise<GenerateVideosOperation> {
  const asked = Object.assign(new GenerateVideosOperation(), { name });
  for (;;) {
    const operation = await ai.operations.getVideosOperation({ operation: asked });
    if (operation.done === true) return operation;
  }
}

async function rowsIn(pool: Pool) {
  const { rows } = await pool.query<Record<string, unknown>>(
    `select entry, brand, model, status, trim_scale(estimated_cost_usd)::text as cost, price_status
     from api_usage order by entry desc, id`,
  );
  return rows.map((row) => Object.values(row));
}

const SUBMITTED = ["job", "acme", MODEL, "success", "0", "free"];

test("each video is billed once, by its seconds and resolution, to whoever asked for it", () =>
  withDatabase(async ({ pool }) => {
    const simulator = await simulated();
    const name = await inProcess(simulator, pool, "acme", async (ai) => {
      const config = { durationSeconds: 4, resolution: "1080p", numberOfVideos: 2 };
      const source = { prompt: "Rain." };
      return (await ai.models.generateVideos({ model: MODEL, source, config })).name!;
    });
    expect(await rowsIn(pool)).toEqual([SUBMITTED]);

    for (const brand of ["other", "third"]) {
      await inProcess(simulator, pool, brand, async (ai) => {
        expect((await awaited(ai, name)).response?.generatedVideos).toHaveLength(2);
        await awaited(ai, name);
      });
    }
    const video = ["call", "acme", MODEL, "success", "0.48", "priced"]; // 4 × $0.12
    expect(await rowsIn(pool)).toEqual([SUBMITTED, video, video]);
    expect(simulator.totalCostUsd()).toBe("0.96");
    const { rows } = await pool.query("select line_items from api_usage where entry = 'call'");
    const item = { item: "video_second", quantity: 4, variant: "1080p", cost_usd: "0.48" };
    expect(rows).toEqual([{ line_items: [item] }, { line_items: [item] }]);
  }));

test.each([
  ["filtered", "blocked"],
  ["failed", "error"],
])("a video that was %s costs nothing", (fate, status) =>
  withDatabase(async ({ pool }) => {
    const simulator = await simulated();
    await inProcess(simulator, pool, "acme", async (ai) => {
      const source = { prompt: `Rain. [[sim:${fate}]]` };
      const { name } = await ai.models.generateVideos({ model: MODEL, source });
      await awaited(ai, name!);
    });
    expect(await rowsIn(pool)).toEqual([SUBMITTED, ["call", "acme", MODEL, status, "0", "free"]]);
  }),
);

test("a video of the Gemini API, which the SDK doesn't make any more, costs what was charged", () =>
  withDatabase(async ({ pool }) => {
    const simulator = await simulated();
    const root = `${simulator.url}/v1beta`;
    await inProcess(simulator, pool, "acme", async (_, fetch) => {
      const body = JSON.stringify({ instances: [{ prompt: "Rain." }] });
      const asked = fetch(`${root}/models/${MODEL}:predictLongRunning`, { method: "POST", body });
      const { name } = await jsonOf(asked);
      await jsonOf(fetch(`${root}/${name}`));
      expect(await jsonOf(fetch(`${root}/${name}`))).toMatchObject({ done: true });
    });
    // 8 s × $0.10, as nothing else was asked for
    const video = ["call", "acme", MODEL, "success", "0.8", "priced"];
    expect(await rowsIn(pool)).toEqual([SUBMITTED, video]);
    expect(simulator.totalCostUsd()).toBe("0.8");
  }));
