/**
 * How fast rows come into Postgres: those that wait in our journal, beside the same rows in a file that
 * `psql \copy` sends. All take turns, each on a database of its own, which grows alike.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { UsageRecord } from "../../src/usage/record.ts";
import { type Spread, spreadOf } from "../spread.ts";
import { cpuOfBackend } from "./backend.ts";
import { copyFile, writeFileOf } from "./copied-file.ts";
import type { Server } from "./server.ts";
import { calls } from "./traffic.ts";
import { WaitingRows } from "./waiting-rows.ts";

export interface IngestCost {
  readonly way: string;
  readonly rowsASecond: Spread;
  /** CPU in microseconds a row: of this process, which a `\copy` has no part in, and of Postgres. */
  readonly nodeUs: Spread;
  readonly serverUs: Spread;
}

interface Measured {
  readonly tookMs: number;
  readonly nodeCpuUs: number;
  readonly serverCpuUs: number;
}

interface Contestant {
  readonly way: string;
  readonly store: (records: readonly UsageRecord[], file: string) => Promise<Measured>;
}

/** The first, which V8 and the caches of Postgres are cold for. */
const WARM_UP_ROUNDS = 1;
/** Rows a statement, as the writer has them. */
const FEW_WAIT = 250;
const MANY_WAIT = 5_000;
const COPY_WITH_INDEXES = "`psql \\copy`, the same indexes and checks";

export async function ingestCosts(
  server: Server,
  rounds: number,
  rowsARound: number,
): Promise<readonly IngestCost[]> {
  const contestants = [
    await copying(server, "`psql \\copy`, no indexes", "defaults including generated"),
    await copying(server, COPY_WITH_INDEXES, "all"),
    await ours(server, FEW_WAIT, 1),
    await ours(server, MANY_WAIT, 1),
    await ours(server, MANY_WAIT, 2),
    await ours(server, FEW_WAIT, 4),
    await ours(server, MANY_WAIT, 4),
  ];
  const directory = await mkdtemp(join(tmpdir(), "spendspan-bench-"));
  const file = join(directory, "rows.copy");
  const found = contestants.map((contestant) => ({ ...contestant, measured: [] as Measured[] }));
  for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
    const records = calls(rowsARound);
    await writeFileOf(file, records);
    for (const { store, measured } of found) {
      const result = await store(records, file);
      if (round >= 0) measured.push(result);
    }
  }
  await rm(directory, { recursive: true });
  const spread = (measured: readonly Measured[], of: (one: Measured) => number): Spread =>
    spreadOf(measured.map(of));
  return found.map(({ way, measured }) => ({
    way,
    rowsASecond: spread(measured, ({ tookMs }) => (rowsARound / tookMs) * 1_000),
    nodeUs: spread(measured, ({ nodeCpuUs }) => nodeCpuUs / rowsARound),
    serverUs: spread(measured, ({ serverCpuUs }) => serverCpuUs / rowsARound),
  }));
}

/** What the others are measured by. */
export function limitOf(costs: readonly IngestCost[]): IngestCost {
  return costs.find(({ way }) => way === COPY_WITH_INDEXES)!;
}

async function copying(server: Server, way: string, included: string): Promise<Contestant> {
  const { pool, url } = await server.make(`copied_${included.split(" ")[0]}`);
  await pool.query(`create table copied (like api_usage including ${included})`);
  const store: Contestant["store"] = async (_, file) => ({
    ...(await copyFile(url, "copied", file)),
    nodeCpuUs: Number.NaN,
  });
  return { way, store };
}

async function ours(server: Server, batch: number, connections: number): Promise<Contestant> {
  const name = `ours_${batch}_${connections}`;
  const pools = [(await server.make(name, 1)).pool];
  while (pools.length < connections) pools.push((await server.open(name, 1)).pool);
  const serverCpuUs = async (): Promise<number> => {
    const times = await Promise.all(pools.map(cpuOfBackend));
    return times.reduce((sum, time) => sum + time, 0);
  };
  const store: Contestant["store"] = async (records) => {
    await using stack = new AsyncDisposableStack();
    const share = records.length / connections;
    const waiting = await Promise.all(
      pools.map(async (pool, place) => {
        const part = records.slice(place * share, (place + 1) * share);
        return stack.use(
          await WaitingRows.of(part, pool, { maxBatchRows: batch, catchUpBatchRows: batch }),
        );
      }),
    );
    const before = { server: await serverCpuUs(), node: process.cpuUsage(), ms: performance.now() };
    await Promise.all(waiting.map((rows) => rows.write()));
    const tookMs = performance.now() - before.ms;
    const { user, system } = process.cpuUsage(before.node);
    return { tookMs, nodeCpuUs: user + system, serverCpuUs: (await serverCpuUs()) - before.server };
  };
  const writers = connections === 1 ? "1 writer" : `${connections} writers`;
  return { way: `spendspan, ${writers}, ${batch.toLocaleString("en")} rows a statement`, store };
}
