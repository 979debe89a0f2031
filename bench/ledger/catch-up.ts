/** An app that goes on while Postgres is away, what it takes meanwhile, and the time until all is stored. */
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Child } from "../child.ts";
import type { OutageProcess, OutageSetting, OutageState } from "./outage.ts";
import type { Server } from "./server.ts";
import { WaitingRows } from "./waiting-rows.ts";

export interface CatchUp {
  /** Before the first call, and then after each stretch of the outage. */
  readonly states: readonly OutageState[];
  readonly rows: number;
  /** From the moment in which another process finds the journal, until the ledger has all rows. */
  readonly tookMs: number;
}

export async function catchUp(
  server: Server,
  callsASecond: number,
  stretches: readonly number[],
): Promise<CatchUp> {
  const directory = await mkdtemp(join(tmpdir(), "spendspan-bench-"));
  const states = await outage({ callsASecond, directory }, stretches);
  const { pool } = await server.make("after_outage");
  const start = performance.now();
  await using waiting = await WaitingRows.leftIn(directory, pool);
  const found = waiting.pending;
  await waiting.write();
  const tookMs = performance.now() - start;
  const stored = await pool.query<{ rows: number }>("select count(*)::int as rows from api_usage");
  const { rows } = stored.rows[0]!;
  if (rows !== found) throw new Error(`Expected ${found} rows in the ledger, got ${rows}`);
  return { states, rows, tookMs };
}

async function outage(
  setting: OutageSetting,
  stretches: readonly number[],
): Promise<readonly OutageState[]> {
  await using child = new Child<OutageProcess>("./ledger/outage.ts", setting);
  const states: OutageState[] = [];
  for (const seconds of [0, ...stretches]) states.push(await child.call("callsFor", seconds));
  await child.call("leave", undefined as never);
  return states;
}
