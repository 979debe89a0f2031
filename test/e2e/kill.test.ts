/**
 * Whatever dies and whenever: each call that the provider bills is one row.
 *
 * What happens, and after how many calls, comes from the seed alone; what each process was doing at that
 * moment does not. `KILL_SEEDS=7,8 npx vitest run test/e2e/kill.test.ts` runs others, or one again.
 */
import type { Pool } from "pg";
import { expect, test } from "vitest";

import { type Apps, appsOn } from "../support/apps.ts";
import { OwnPostgres } from "../support/own-postgres.ts";
import type { Script } from "../support/script.ts";
import { sumsIn } from "../support/sums.ts";

const SEEDS = (process.env["KILL_SEEDS"] ?? "1,2,3,4,5,6").split(",").map(Number);
const CALLS = 10_000;
const APPS_AT_ONCE = 4;
const CALLERS_PER_APP = 8;

/** Calls without end, several at a time, each under a name that the provider is told as well. */
const BUSY_APP = `
  const name = process.env.APP;
  let calls = 0;
  const caller = async () => {
    for (;;) {
      const id = \`\${name}-\${++calls}\`;
      const answer = await ask("gemini-2.5-flash", { brand: "acme", user: id }, \`[[call:\${id}]]\`);
      await answer.text();
    }
  };
  for (let callers = 0; callers < ${CALLERS_PER_APP}; callers++) void caller();
`;

test.each(SEEDS)(
  "with apps killed and Postgres stopped or crashed at any moment, each of 10,000 calls is one row (seed %i)",
  async (seed) => {
    const postgres = await OwnPostgres.start();
    const apps = await appsOn(postgres);
    const appsStarted = await callAndBreak(apps, postgres, randomOf(seed));
    // Two heirs at once.
    await Promise.all([apps.start("", apps.url).ended, apps.start("", apps.url).ended]);

    const billed = apps.simulator.billedCalls();
    expect(billed.length).toBeGreaterThanOrEqual(CALLS);
    const costs = new Map(billed.map((call) => [call.marker, call.costUsd]));
    expect(costs.size).toBe(billed.length);
    const rows = await callsIn(postgres.pool);
    const names = new Set(rows.map(({ name }) => name));
    expect(names.size).toBe(rows.length);
    expect([...costs.keys()].filter((name = "") => !names.has(name))).toEqual([]);
    const ended = rows.filter(({ status }) => status === "success");
    expect(ended.filter(({ name, costUsd }) => costUsd !== costs.get(name))).toEqual([]);
    // All else began, and was killed before its end, or even before it left.
    const orphans = rows.filter(({ status }) => status !== "success");
    expect(orphans.length).toBeLessThanOrEqual(appsStarted * CALLERS_PER_APP);
    for (const { status, costUsd } of orphans) {
      expect({ status, costUsd }).toEqual({ status: "unknown", costUsd: null });
    }
    for (const { kept, taken } of await sumsIn(postgres.pool)) expect(kept).toEqual(taken);
    // A directory that was being made when its process was killed may be there, with nothing in it.
    expect((await apps.files()).filter((path) => path.endsWith(".log"))).toEqual([]);
  },
  120_000,
);

/** Leaves no app behind, and Postgres running. Returns how many apps there were. */
async function callAndBreak(
  { start, simulator }: Apps,
  postgres: OwnPostgres,
  random: () => number,
): Promise<number> {
  let started = 0;
  const startBusy = () =>
    start(BUSY_APP, postgres.url, { SPENDSPAN_FLUSH_INTERVAL_MS: "20", APP: `${started++}` });
  const running = Array.from({ length: APPS_AT_ONCE }, startBusy);
  const replaceOne = async () => {
    const victim = Math.floor(random() * APPS_AT_ONCE);
    await kill([running[victim]!]);
    running[victim] = startBusy();
  };
  for (let calls = 0; calls < CALLS; calls += 200 + Math.floor(random() * 800)) {
    await simulator.waitForArrivals(calls);
    await Promise.all([replaceOne(), breakPostgres(postgres, random())]);
  }
  await simulator.waitForCalls(CALLS);
  await kill(running);
  if (!postgres.isRunning) await postgres.restart();
  return started;
}

async function kill(apps: readonly Script[]): Promise<void> {
  for (const app of apps) app.signal("SIGKILL");
  await Promise.all(apps.map(({ ended }) => ended));
}

/** Every other time on average it goes away, and the next time it is back. */
async function breakPostgres(postgres: OwnPostgres, chance: number): Promise<void> {
  if (!postgres.isRunning) await postgres.restart();
  else if (chance < 0.25) await postgres.stop("fast");
  else if (chance < 0.5) await postgres.stop("immediate");
  else if (chance < 0.75) postgres.cutConnections();
}

interface StoredCall {
  readonly name: string;
  readonly status: string;
  readonly costUsd: string | null;
}

async function callsIn(pool: Pool): Promise<readonly StoredCall[]> {
  const { rows } = await pool.query<StoredCall>(
    `select end_user as name, status, trim_scale(estimated_cost_usd)::text as "costUsd" from api_usage`,
  );
  return rows;
}

/** Mulberry32: numbers of at least 0 and less than 1, the same for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
