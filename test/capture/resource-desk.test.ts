import type { Pool } from "pg";
import { expect, onTestFinished, test } from "vitest";

import { ResourceDesk, type ResourceDeskParts } from "../../src/capture/resource-desk.ts";
import { openPool } from "../../src/database/pool.ts";
import { findResourceEntries } from "../../src/ledger/resource-history.ts";
import { geminiPriceBook } from "../../src/pricing/gemini-prices.ts";
import { createGeminiProvider } from "../../src/providers/gemini/provider.ts";
import type { Operation, ResourceResult, ResponseFacts } from "../../src/providers/operation.ts";
import type { UsageRecord } from "../../src/usage/record.ts";
import { Recorder } from "../../src/usage/recorder.ts";
import { withDatabase } from "../support/database.ts";
import { KeptLogger } from "../support/logger.ts";
import { RecordQueue } from "../support/metering.ts";
import { aRequest } from "../support/provider-request.ts";
import { aRecord, NOON_MS } from "../support/record.ts";
import { TcpProxy } from "../support/tcp-proxy.ts";
import { tokensOf } from "../support/tokens.ts";
import { aWriter } from "../support/writer.ts";

const PROVIDER = createGeminiProvider({ baseUrls: [], priceBook: geminiPriceBook() });
const NAME = "batches/abc";
const FETCHED = operation("GET", NAME);
const SUBMITTED = { name: NAME, event: "submitted" } as const;
const JOB = aRecord({
  entry: "job",
  resourceName: NAME,
  endpoint: "extract",
  operation: "batchGenerateContent",
  brand: "acme",
  campaign: "spring",
  tokens: undefined,
  cost: 0n,
  priceStatus: "free",
});
/** The call of somebody else, who looks at the batch two hours later. */
const LOOK = aRecord({
  resourceName: NAME,
  operation: "batches.get",
  brand: "globex",
  startedAtMs: NOON_MS + 7_200_000,
});
const FACTS: ResponseFacts = {
  model: "gemini-2.5-flash",
  tokens: tokensOf({ input: 1_000, output: 200 }),
  serviceTier: "batch",
  finishReasons: ["STOP"],
};

function operation(method: string, path: string): Operation {
  const url = `https://generativelanguage.googleapis.com/v1beta/${path}`;
  return PROVIDER.match(aRequest(method, url))!;
}

function collected(results: readonly ResourceResult[], more: { needsSubmission?: true } = {}) {
  return { name: NAME, event: "collected", results, ...more } as const;
}

const TWO = collected([
  { key: "0", facts: FACTS },
  { key: "1", facts: FACTS },
]);

interface Desk {
  readonly desk: ResourceDesk;
  readonly records: RecordQueue;
  readonly logger: KeptLogger;
}

/** A desk without a ledger, but for what a test names. */
function aDesk(parts: Partial<ResourceDeskParts> = {}): Desk {
  const records = new RecordQueue();
  const logger = new KeptLogger();
  const recorder = new Recorder([records], logger);
  const desk = new ResourceDesk({ recorder, logger, findEntries: async () => [], ...parts });
  return { desk, records, logger };
}

function brands({ records }: Desk): readonly string[] {
  return records.all.map(({ brand }) => brand);
}

test("each result of a job is recorded once, for whoever handed the job in", () => {
  const { desk, records } = aDesk();
  desk.settled(JOB, SUBMITTED, FETCHED);
  desk.settled(LOOK, TWO, FETCHED);
  desk.settled(LOOK, TWO, FETCHED);
  expect(records.all).toHaveLength(2);
  expect(records.all[0]).toEqual({
    ...JOB,
    id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-5/),
    entry: "call",
    tokens: FACTS.tokens,
    serviceTier: "batch",
    // Half of 1 000 × $0.30/M + 200 × $2.50/M
    cost: 400_000_000n,
    priceStatus: "priced",
    priceVersion: expect.stringContaining("batch"),
    durationMs: 0,
  });
  expect(records.all[1]!.id).not.toBe(records.all[0]!.id);
});

test("the results of a large job don't hold the app up, and are all there at the end", async () => {
  const one = aDesk();
  one.desk.settled(JOB, SUBMITTED, FETCHED);
  const results = Array.from({ length: 1_001 }, (_, at) => ({ key: String(at), facts: FACTS }));
  one.desk.settled(LOOK, collected(results), FETCHED);
  expect(one.records.all).toHaveLength(200);
  await one.desk.conclude(10_000);
  expect(new Set(one.records.all.map(({ id }) => id)).size).toBe(1_001);
});

test("results are dated to when the provider says that their job was made", () => {
  const { desk, records } = aDesk();
  desk.settled(JOB, SUBMITTED, FETCHED);
  desk.settled(LOOK, { ...TWO, createdAtMs: NOON_MS - 5 }, FETCHED);
  expect(records.all[0]!.startedAtMs).toBe(NOON_MS - 5);
});

test("a result in error is free, and one that was withheld is blocked", () => {
  const { desk, records } = aDesk();
  desk.settled(JOB, SUBMITTED, FETCHED);
  const error = { type: "INVALID_ARGUMENT", message: "no" };
  const blocked = { ...FACTS, blockReason: "SAFETY" };
  const results = [{ error }, blocked].map((facts, at) => ({ key: String(at), facts }));
  desk.settled(LOOK, collected(results), FETCHED);
  expect(records.all).toMatchObject([
    { status: "error", errorType: "INVALID_ARGUMENT", errorMessage: "no", cost: 0n },
    { status: "blocked", errorType: "SAFETY", cost: 400_000_000n },
  ]);
});

test("results that don't say what they used have used what their submission named", () => {
  const video = operation("GET", "models/veo-3.1-generate-preview/operations/abc");
  const { desk, records } = aDesk();
  const items = [{ kind: "video_second", quantity: 8, variant: "720p", cost: 0n }] as const;
  desk.settled({ ...JOB, model: "veo-3.1-generate-preview", items }, SUBMITTED, video);
  const result = { key: "0", facts: {}, asSubmitted: true } as const;
  desk.settled(LOOK, collected([result]), video);
  // 8 s × $0.40
  const cost = 3_200_000_000_000n;
  expect(records.all).toMatchObject([{ cost, items: [{ kind: "video_second", cost }] }]);
});

test("a job that nobody handed in is billed to whoever fetched it", async () => {
  const one = aDesk();
  one.desk.settled(LOOK, TWO, FETCHED);
  expect(one.records.all).toEqual([]);
  await one.desk.conclude(1_000);
  expect(brands(one)).toEqual(["globex", "globex"]);
});

test("what may have been billed when it was done counts only if it was handed in", async () => {
  const one = aDesk();
  one.desk.settled(LOOK, { ...TWO, needsSubmission: true }, FETCHED);
  await one.desk.conclude(1_000);
  expect(one.records.all).toEqual([]);
  one.desk.settled(
    { ...JOB, resourceName: "batches/x" },
    { ...SUBMITTED, name: "batches/x" },
    FETCHED,
  );
  one.desk.settled(LOOK, { ...TWO, name: "batches/x", needsSubmission: true }, FETCHED);
  expect(brands(one)).toEqual(["acme", "acme"]);
});

test("a submission that another process is about to write is looked for again", async () => {
  const found: UsageRecord[][] = [[], [], [JOB]];
  const one = aDesk({ findEntries: async () => found.shift()!, retryAfterMs: [0, 0, 0] });
  one.desk.settled(LOOK, TWO, FETCHED);
  await one.records.next();
  expect(brands(one)).toEqual(["acme", "acme"]);
});

test("a ledger that stays away leaves jobs to whoever fetched them, and caches without a cost", async () => {
  const findEntries = () => Promise.reject(new Error("away"));
  const one = aDesk({ findEntries, retryAfterMs: [0, 0] });
  one.desk.settled(LOOK, TWO, FETCHED);
  const change = aRecord({ resourceName: "cachedContents/c" });
  const removed = { name: "cachedContents/c", event: "removed" } as const;
  one.desk.settled(change, removed, operation("DELETE", "cachedContents/c"));
  await one.records.next();
  await one.records.next();
  expect(await one.records.next()).toMatchObject({
    entry: "storage",
    id: change.id,
    cost: undefined,
    priceStatus: "unpriced",
    usageStatus: "missing",
  });
  expect(brands(one)).toEqual(["globex", "globex", "acme"]);
  expect(new Set(one.logger.warnings)).toEqual(
    new Set(["The ledger can't be asked about a batch, a video or a cache yet: away"]),
  );
});

/** A desk and its ledger in `pool`, as one process has them. */
function aProcess(pool: Pool) {
  const logger = new KeptLogger();
  const writer = aWriter(pool, { logger });
  const findEntries = (name: string) => findResourceEntries(pool, name);
  const desk = new ResourceDesk({ recorder: new Recorder([writer], logger), logger, findEntries });
  const end = async () => {
    await desk.conclude(5_000);
    await writer.close({ timeoutMs: 5_000 });
  };
  return { desk, writer, end };
}

async function rowsIn(pool: Pool) {
  const { rows } = await pool.query<{ entry: string; brand: string }>(
    "select entry, brand from api_usage order by entry desc, brand",
  );
  return rows.map(({ entry, brand }) => `${entry} ${brand}`);
}

test("a job handed in by one process and fetched by two, twice each, counts once", () =>
  withDatabase(async ({ pool }) => {
    const first = aProcess(pool);
    first.writer.accept(JOB);
    await first.end();
    for (const process of [aProcess(pool), aProcess(pool)]) {
      process.desk.settled(LOOK, TWO, FETCHED);
      process.desk.settled(LOOK, TWO, FETCHED);
      await process.end();
    }
    expect(await rowsIn(pool)).toEqual(["job acme", "call acme", "call acme"]);
  }));

test("of results that two processes bill to two brands, those that come later are left out", () =>
  withDatabase(async ({ pool }) => {
    for (const brand of ["globex", "initech"]) {
      const process = aProcess(pool);
      process.desk.settled({ ...LOOK, brand }, TWO, FETCHED);
      await process.end();
    }
    expect(await rowsIn(pool)).toEqual(["call globex", "call globex"]);
  }));

test("results that are fetched while Postgres is away are billed to the right brand when it is back", () =>
  withDatabase(async ({ pool, url }) => {
    const first = aProcess(pool);
    first.writer.accept(JOB);
    await first.end();

    const target = new URL(url);
    const proxy = new TcpProxy({ host: target.hostname, port: Number(target.port) });
    target.hostname = "127.0.0.1";
    target.port = String(await proxy.listen());
    const proxied = await openPool({ url: target.href, logger: new KeptLogger() });
    onTestFinished(() => proxy.close());
    const second = aProcess(proxied);
    proxy.refusing = true;
    second.desk.settled(LOOK, TWO, FETCHED);
    await second.desk.retry();
    expect(second.writer.state().pending).toBe(0);

    proxy.refusing = false;
    await second.desk.retry();
    expect(second.writer.state().pending).toBe(2);
    await second.end();
    await proxied.end();
    expect(await rowsIn(pool)).toEqual(["job acme", "call acme", "call acme"]);
  }));
