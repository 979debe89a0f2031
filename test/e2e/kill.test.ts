/** Whatever dies and whenever: each call that the provider bills is one row. */
import type { Pool } from "pg";
import { expect, test } from "vitest";

import { withApps } from "../support/apps.ts";
import { TcpProxy } from "../support/tcp-proxy.ts";

const SEEDS = [1, 2, 3, 4, 5, 6];
const APPS_AT_ONCE = 3;
const KILLS = 4;

/** Calls, eight at a time and without end, each under a name that the provider is told as well. */
const BUSY_APP = `
  const name = process.env.APP;
  let calls = 0;
  const caller = async () => {
    for (;;) {
      const id = \`\${name}-\${++calls}\`;
      const answer = await ask("gemini-2.5-flash", { brand: "acme", campaign: id }, \`[[call:\${id}]]\`);
      await answer.text();
    }
  };
  for (let callers = 0; callers < 8; callers++) void caller();
`;

test.each(SEEDS)(
  "with apps killed at any moment and Postgres away now and then, each call is one row (seed %i)",
  (seed) =>
    withApps(async ({ start, simulator, pool, url, files }) => {
      const random = randomOf(seed);
      const proxy = new TcpProxy({ host: new URL(url).hostname, port: Number(new URL(url).port) });
      const proxied = new URL(url);
      proxied.port = String(await proxy.listen());
      const env = { SPENDSPAN_FLUSH_INTERVAL_MS: "20" };
      const startBusy = (app: number) => start(BUSY_APP, proxied.href, { ...env, APP: `${app}` });
      const running = Array.from({ length: APPS_AT_ONCE }, (_, app) => startBusy(app));
      let arrivals = 0;
      for (let kill = 0; kill < KILLS; kill++) {
        arrivals += 200 + Math.floor(random() * 600);
        await simulator.waitForArrivals(arrivals);
        proxy.refusing = random() < 0.5;
        if (random() < 0.5) proxy.cut();
        const victim = Math.floor(random() * APPS_AT_ONCE);
        running[victim]!.signal("SIGKILL");
        await running[victim]!.ended;
        running[victim] = startBusy(APPS_AT_ONCE + kill);
      }
      for (const app of running) app.signal("SIGKILL");
      await Promise.all(running.map(({ ended }) => ended));
      await proxy.close();
      // Two heirs at once.
      await Promise.all([start("", url).ended, start("", url).ended]);

      const rows = await callsIn(pool);
      const billed = new Map(simulator.billedCalls().map((call) => [call.marker, call.costUsd]));
      expect(billed.size).toBeGreaterThan(800);
      expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
      for (const id of billed.keys()) expect(rows.map((row) => row.id)).toContain(id);
      for (const row of rows.filter(({ status }) => status === "success")) {
        expect(row.cost_usd).toBe(billed.get(row.id));
      }
      // All else began, and was killed before its end, or even before it left.
      const unknown = rows.filter(({ status }) => status !== "success");
      expect(unknown.length).toBeLessThanOrEqual((APPS_AT_ONCE + KILLS) * 8);
      for (const { status, cost_usd: cost } of unknown) {
        expect({ status, cost }).toEqual({ status: "unknown", cost: null });
      }
      // A directory that was being made when its process was killed may be there, with nothing in it.
      expect((await files()).filter((path) => path.endsWith(".log"))).toEqual([]);
    }),
  60_000,
);

interface StoredCall {
  readonly id: string;
  readonly status: string;
  readonly cost_usd: string | null;
}

async function callsIn(pool: Pool): Promise<readonly StoredCall[]> {
  const { rows } = await pool.query<StoredCall>(
    `select campaign as id, status, trim_scale(estimated_cost_usd)::text as cost_usd from api_usage`,
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
