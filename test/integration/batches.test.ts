/** Batches of the real SDK, handed in by one process and fetched by others, in a real ledger. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { type BatchJob, GoogleGenAI, type InlinedRequest } from "@google/genai";
import type { Pool } from "pg";
import { beforeEach, expect, onTestFinished, test, vi } from "vitest";

import { withUsage } from "../../src/usage/tags.ts";
import { simulated } from "../simulator/client.ts";
import type { Simulator } from "../simulator/simulator.ts";
import { withDatabase } from "../support/database.ts";
import { aProcess, type MeteredProcess } from "../support/metered-process.ts";

const MODEL = "gemini-2.5-flash";

beforeEach(() => {
  vi.spyOn(console, "warn").mockImplementation(() => {}); // embeddings in batches are experimental
});

function client(simulator: Simulator, { fetch }: MeteredProcess): GoogleGenAI {
  return new GoogleGenAI({ apiKey: "any", httpOptions: { baseUrl: simulator.url, fetch } });
}

function asking(...texts: readonly string[]): InlinedRequest[] {
  return texts.map((text) => ({ contents: [{ role: "user", parts: [{ text }] }] }));
}

/** Runs `work` in a process of its own, for `brand`. */
async function inProcess<T>(
  simulator: Simulator,
  pool: Pool,
  brand: string,
  work: (ai: GoogleGenAI, process: MeteredProcess) => Promise<T>,
): Promise<T> {
  const process = aProcess(simulator.url, pool);
  const result = await withUsage({ brand }, () => work(client(simulator, process), process));
  await process.end();
  return result;
}

function handedIn(
  simulator: Simulator,
  pool: Pool,
  displayName: string,
  src: InlinedRequest[],
): Promise<string> {
  return inProcess(simulator, pool, "acme", async (ai) => {
    const { name } = await ai.batches.create({ model: MODEL, src, config: { displayName } });
    return name!;
  });
}

/** Looks until the batch is over. */
async function awaited(ai: GoogleGenAI, name: string): Promise<BatchJob> {
  for (;;) {
    const job = await ai.batches.get({ name });
    if (!/RUNNING|PENDING/.test(job.state ?? "")) return job;
  }
}

/** `["call", brand, status, cost, price status]` of each row, in order of the batch. */
async function rowsIn(pool: Pool) {
  const { rows } = await pool.query<Record<string, string | null>>(
    `select entry, brand, status, trim_scale(estimated_cost_usd)::text as cost, price_status
     from api_usage order by entry desc, input_tokens, status`,
  );
  return rows.map((row) => Object.values(row));
}

async function costIn(pool: Pool): Promise<string> {
  const { rows } = await pool.query<{ cost: string }>(
    "select trim_scale(sum(estimated_cost_usd))::text as cost from api_usage",
  );
  return rows[0]!.cost;
}

const SUBMITTED = ["job", "acme", "success", "0", "free"];

test("a batch is billed once, at the batch rate, to whoever handed it in, however often it is fetched", () =>
  withDatabase(async ({ pool }) => {
    const simulator = await simulated();
    const usage =
      '[[usage:{"promptTokenCount":1000,"candidatesTokenCount":400,"totalTokenCount":1400}]]';
    const requests = asking(usage, "[[sim:err400]]", "[[sim:full]] [[call:x]]");
    const name = await handedIn(simulator, pool, "inline", requests);
    expect(await rowsIn(pool)).toEqual([SUBMITTED]);

    for (const brand of ["other", "third"]) {
      await inProcess(simulator, pool, brand, async (ai) => {
        const job = await awaited(ai, name);
        expect(job.dest?.inlinedResponses).toHaveLength(3);
        await ai.batches.get({ name });
      });
    }
    expect(await rowsIn(pool)).toEqual([
      SUBMITTED,
      // 1,000 × $0.15/M + 400 × $1.25/M
      ["call", "acme", "success", "0.00065", "priced"],
      ["call", "acme", "success", expect.any(String), "priced"],
      ["call", "acme", "error", "0", "free"],
    ]);
    expect(await costIn(pool)).toBe(simulator.totalCostUsd());
  }));

test("results in a file are billed when it was downloaded", () =>
  withDatabase(async ({ pool }) => {
    const simulator = await simulated();
    const requests = asking("[[sim:huge2]]", "short", "[[sim:err500]]");
    const name = await handedIn(simulator, pool, "[[batch:file]]", requests);
    const folder = await mkdtemp(join(tmpdir(), "spendspan-"));
    onTestFinished(() => rm(folder, { recursive: true }));

    await inProcess(simulator, pool, "other", async (ai) => {
      const file = (await awaited(ai, name)).dest!.fileName!;
      const downloadPath = join(folder, "results.jsonl");
      await ai.files.download({ file, downloadPath });
      expect((await readFile(downloadPath, "utf8")).trimEnd().split("\n")).toHaveLength(3);
    });
    expect(await rowsIn(pool)).toEqual([
      SUBMITTED,
      ["call", "acme", "success", expect.any(String), "priced"],
      ["call", "acme", "success", expect.any(String), "priced"],
      ["call", "acme", "error", "0", "free"],
    ]);
    expect(await costIn(pool)).toBe(simulator.totalCostUsd());
  }));

test.each(["text", "arrayBuffer", "blob"] as const)(
  "a file read by %s() is seen whole, and costs what was charged",
  (way) =>
    withDatabase(async ({ pool }) => {
      const simulator = await simulated();
      const requests = asking(
        "[[sim:thinking]]",
        "[[sim:huge2]]",
        "[[sim:cached]]",
        "[[sim:full]]",
      );
      const name = await handedIn(simulator, pool, "[[batch:file]]", requests);
      await inProcess(simulator, pool, "other", async (ai, { fetch }) => {
        const file = (await awaited(ai, name)).dest!.fileName!;
        const url = `${simulator.url}/download/v1beta/${file}:download?alt=media`;
        await (await fetch(url))[way]();
      });
      expect(await rowsIn(pool)).toHaveLength(1 + 4);
      expect(await costIn(pool)).toBe(simulator.totalCostUsd());
    }),
);

test("of a download that breaks off nothing is counted, and all of the next one", () =>
  withDatabase(async ({ pool }) => {
    const simulator = await simulated();
    const requests = asking("short", "[[sim:huge2]]", "short too");
    const name = await handedIn(simulator, pool, "[[batch:file]]", requests);
    const file = await inProcess(simulator, pool, "other", async (ai) => {
      return (await awaited(ai, name)).dest!.fileName!;
    });
    const url = `${simulator.url}/v1beta/${file}:download?alt=media`;

    const broken = aProcess(simulator.url, pool, { readAhead: { maxBytes: 1, maxMs: 10_000 } });
    const reader = (await broken.fetch(url)).body!.getReader();
    await reader.read();
    await reader.cancel();
    await broken.end();
    expect(await rowsIn(pool)).toEqual([SUBMITTED]);

    await inProcess(simulator, pool, "other", async (_, { fetch }) => (await fetch(url)).text());
    expect(await rowsIn(pool)).toHaveLength(1 + 3);
  }));

test("a file that can't be had is no result", () =>
  withDatabase(async ({ pool }) => {
    const simulator = await simulated();
    const name = await handedIn(simulator, pool, "[[batch:file]]", asking("a"));
    const url = `${simulator.url}/v1beta/files/batch-${name.split("/")[1]}:download?alt=media`;
    await inProcess(simulator, pool, "other", async (_, { fetch }) => {
      const response = await fetch(url); // it is not written yet
      expect(await response.json()).toMatchObject({ error: { code: 404 } });
    });
    expect(await rowsIn(pool)).toEqual([SUBMITTED]);
  }));

test("embeddings in a batch are billed at its rate", () =>
  withDatabase(async ({ pool }) => {
    const simulator = await simulated();
    const name = await inProcess(simulator, pool, "acme", async (ai) => {
      const model = "gemini-embedding-001";
      const contents = ["x".repeat(4_000), "x".repeat(8_000)];
      const src = { inlinedRequests: { contents } };
      return (await ai.batches.createEmbeddings({ model, src })).name!;
    });
    await inProcess(simulator, pool, "other", (ai) => awaited(ai, name));
    expect(await rowsIn(pool)).toEqual([
      SUBMITTED,
      ["call", "acme", "success", "0.000075", "priced"], // 1,000 × $0.075/M
      ["call", "acme", "success", "0.00015", "priced"],
    ]);
    expect(await costIn(pool)).toBe(simulator.totalCostUsd());
  }));

test.each(["failed", "expired"])("a batch that %s costs nothing, and is over", (fate) =>
  withDatabase(async ({ pool }) => {
    const simulator = await simulated();
    const name = await handedIn(simulator, pool, `[[batch:${fate}]]`, asking("a", "b"));
    await inProcess(simulator, pool, "other", (ai) => awaited(ai, name));
    expect(await rowsIn(pool)).toEqual([SUBMITTED, ["call", "acme", "error", "0", "free"]]);
  }),
);

test("to look through batches, to cancel one and to delete it makes no rows", () =>
  withDatabase(async ({ pool }) => {
    const simulator = await simulated();
    const name = await handedIn(simulator, pool, "inline", asking("a"));
    await inProcess(simulator, pool, "other", async (ai) => {
      await ai.batches.list();
      await ai.batches.cancel({ name });
      await ai.batches.delete({ name });
    });
    expect(await rowsIn(pool)).toEqual([SUBMITTED]);
  }));

test("a batch of Vertex AI stays pending, since its results pass us by; one that failed is over", () =>
  withDatabase(async ({ pool }) => {
    const simulator = await simulated();
    const authClient = {
      getRequestHeaders: async () => new Headers({ authorization: "Bearer t" }),
    };
    await inProcess(simulator, pool, "acme", async (_, { fetch }) => {
      const ai = new GoogleGenAI({
        vertexai: true,
        project: "p",
        location: "us-central1",
        googleAuthOptions: { authClient } as never,
        httpOptions: { baseUrl: simulator.url, fetch },
      });
      for (const displayName of ["fine", "[[batch:failed]]"]) {
        const src = "gs://bucket/requests.jsonl";
        const { name } = await ai.batches.create({ model: MODEL, src, config: { displayName } });
        await ai.batches.get({ name: name! });
      }
    });
    const { rows } = await pool.query(
      `select entry, platform, model, status, price_status, split_part(resource_name, '/', 5) as kind
       from api_usage order by entry desc`,
    );
    const job = { entry: "job", platform: "vertex_ai", model: MODEL, kind: "batchPredictionJobs" };
    const handedIn = { ...job, status: "success", price_status: "free" };
    const failed = { ...job, entry: "call", status: "error", price_status: "free" };
    expect(rows).toEqual([handedIn, handedIn, failed]);
  }));
