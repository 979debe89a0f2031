/** Rows of an app outlive it, however it ends, and Postgres being away. */
import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Pool } from "pg";
import { expect, test } from "vitest";

import { simulated } from "../simulator/client.ts";
import type { Simulator } from "../simulator/simulator.ts";
import { withDatabase } from "../support/database.ts";
import { type Script, startScript } from "../support/script.ts";
import { TcpProxy } from "../support/tcp-proxy.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const run = promisify(execFile);

const PRELUDE = `
  import { init, withUsage } from "spendspan";
  const spendspan = init();
  const ask = (model, tags, prompt = "How much is it?") => withUsage(tags, () =>
    fetch(\`\${process.env.GOOGLE_GEMINI_BASE_URL}/v1beta/models/\${model}:generateContent\`, {
      method: "POST",
      body: JSON.stringify({ contents: [{ parts: [{ text: prompt }] }] }),
    }));
`;
const UNREACHABLE = "postgres://nobody@127.0.0.1:1/none";

test("a call that was finished when its app was killed is a row, and one under way an unknown one", () =>
  withApps(async ({ start, rows, simulator, url, files }) => {
    const killed = start(
      `await (await ask("gemini-2.5-flash", { brand: "acme" })).text();
       void ask("gemini-2.5-flash-sim-hang", { brand: "zenith" });`,
      UNREACHABLE,
    );
    await simulator.waitForArrivals(2);
    killed.signal("SIGKILL");
    await killed.ended;
    const { stderr } = await start("", url).ended;
    expect(stderr).toContain(
      "Takes over 2 usage rows of a process that is gone; of 1 of them the end was never seen",
    );
    expect(await rows()).toEqual(["acme success final", "zenith unknown missing"]);
    expect(await files()).toEqual([]);
  }));

test.each([
  ["process.exit()", "process.exit(3)", 3],
  ["an exception that nobody catches", `throw new Error("the app's own fault")`, 1],
])("rows that wait when %s ends the app come at the next start", (_, end, code) =>
  withApps(async ({ start, rows, url, files }) => {
    const ended = start(
      `await (await ask("gemini-2.5-flash", { brand: "acme" })).text();
       ${end};`,
      url,
    );
    expect((await ended.ended).code).toBe(code);
    expect(await rows()).toEqual([]);
    await start("", url).ended;
    expect(await rows()).toEqual(["acme success final"]);
    expect(await files()).toEqual([]);
  }),
);

test("a script that ends with Postgres away says where its rows wait, and the next start brings them", () =>
  withApps(async ({ start, rows, url, files }) => {
    const ask = `await (await ask("gemini-2.5-flash", { brand: "acme" })).text();`;
    const { code, stderr } = await start(ask, UNREACHABLE).ended;
    expect(code).toBe(0);
    expect(stderr).toMatch(/Usage rows wait in .*journal for the next start: 1/);
    expect(await start(ask, url).ended).toMatchObject({ code: 0, stderr: "" });
    expect(await rows()).toEqual(["acme success final", "acme success final"]);
    expect(await files()).toEqual([]);
  }));

test("each worker of a cluster has a journal of its own, which outlives it though its primary lives", () =>
  withApps(async ({ start, rows, url, files }) => {
    const cluster = start(
      `const { default: cluster } = await import("node:cluster");
       const { once } = await import("node:events");
       if (cluster.isPrimary) {
         cluster.setupPrimary({ exec: "this script again" });
         const workers = [cluster.fork(), cluster.fork()];
         await Promise.all(workers.map((worker) => once(worker, "message")));
         for (const worker of workers) worker.process.kill("SIGKILL");
         await Promise.all(workers.map((worker) => once(worker, "exit")));
       } else {
         await (await ask("gemini-2.5-flash", { brand: "worker" })).text();
         process.send("asked");
       }`,
      url,
      { SPENDSPAN_FLUSH_INTERVAL_MS: "3600000" },
    );
    expect(await cluster.ended).toMatchObject({ code: 0 });
    await start("", url).ended;
    expect(await rows()).toEqual(["worker success final", "worker success final"]);
    expect(await files()).toEqual([]);
  }));

test("on a disk that takes no more the app's calls go on, and their rows come from memory", () =>
  withApps(async ({ environment, rows, url, simulator }) => {
    const source = `${PRELUDE}
      for (let call = 0; call < 20; call++) {
        console.log((await ask("gemini-2.5-flash", { brand: "acme" })).status);
      }`;
    // No file may grow beyond 8 blocks of 512 bytes: that is the start and end of two calls or three.
    const script = `ulimit -f 8 && exec "$0" --input-type=module --eval "$1"`;
    const { stdout, stderr } = await run("sh", ["-c", script, process.execPath, source], {
      env: environment(url),
    });
    expect(stdout).toBe("200\n".repeat(20));
    expect(stderr).toContain("The journal cannot be written, so usage rows wait in memory: EFBIG");
    expect(await rows()).toEqual(Array(20).fill("acme success final"));
    expect(simulator.billedCalls()).toHaveLength(20);
  }));

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
        arrivals += 20 + Math.floor(random() * 150);
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
      expect(billed.size).toBeGreaterThan(80);
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
      expect(await files()).toEqual([]);
    }),
  60_000,
);

interface Apps {
  readonly simulator: Simulator;
  readonly pool: Pool;
  /** Of a database that can be reached. */
  readonly url: string;
  /** Starts an app on the directory that all apps of a test share. */
  readonly start: (source: string, databaseUrl: string, env?: Environment) => Script;
  readonly environment: (databaseUrl: string) => Environment;
  readonly rows: () => Promise<readonly string[]>;
  /** What is left in the journal. */
  readonly files: () => Promise<readonly string[]>;
}

type Environment = Readonly<Record<string, string>>;

async function withApps(fn: (apps: Apps) => Promise<void>): Promise<void> {
  const simulator = await simulated();
  const dataDir = temporaryDirectory();
  const environment = (databaseUrl: string): Environment => ({
    GOOGLE_GEMINI_BASE_URL: simulator.url,
    DATABASE_URL: databaseUrl,
    SPENDSPAN_PORT: "0",
    SPENDSPAN_DATA_DIR: dataDir,
    SPENDSPAN_SHUTDOWN_TIMEOUT_MS: databaseUrl === UNREACHABLE ? "100" : "20000",
  });
  await withDatabase(({ pool, url }) =>
    fn({
      simulator,
      pool,
      url,
      environment,
      start: (source, databaseUrl, env) =>
        startScript(PRELUDE + source, { env: { ...environment(databaseUrl), ...env } }),
      rows: () => rowsIn(pool),
      files: () => readdir(join(dataDir, "journal"), { recursive: true }),
    }),
  );
}

async function rowsIn(pool: Pool): Promise<readonly string[]> {
  const { rows } = await pool.query<{ row: string }>(
    "select concat_ws(' ', brand, status, usage_status) as row from api_usage order by created_at",
  );
  return rows.map(({ row }) => row);
}

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
