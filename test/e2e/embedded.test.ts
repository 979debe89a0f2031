/** An app without a database of its own, on a machine that has only npm. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";

import { startEmbeddedPostgres } from "../../src/database/embedded.ts";
import { openPool } from "../../src/database/pool.ts";
import { isAlive } from "../../src/database/postmaster.ts";
import { simulated } from "../simulator/client.ts";
import { KeptLogger } from "../support/logger.ts";
import { startScript } from "../support/script.ts";

const ENTRY = JSON.stringify(join(import.meta.dirname, "../../dist/index.js"));
const ASK = `
  await (await fetch(process.env.GOOGLE_GEMINI_BASE_URL + "/v1beta/models/gemini-2.5-flash:generateContent", {
    method: "POST",
    body: JSON.stringify({ contents: [{ parts: [{ text: "How much is it?" }] }] }),
  })).text();`;

test("a script's rows are in a Postgres under .spendspan, which ends with the script", async () => {
  const { dataDir, start } = await anApp();
  const script = start(`import { init } from ${ENTRY}; init(); ${ASK}`);
  expect(await script.ended).toEqual({ code: 0, signal: null, stdout: "", stderr: "" });
  await serverHasEnded(dataDir);
  expect(await statusesIn(dataDir)).toEqual(["success"]);
});

test("a service that is told to end leaves its rows and no server", async () => {
  const { dataDir, start } = await anApp();
  const script = start(`
    import { init } from ${ENTRY};
    await init().ready();
    ${ASK}
    setInterval(() => undefined, 60_000);
    console.log("serving");`);
  await script.printed("serving");
  const pid = Number((await readFile(join(dataDir, "postmaster.pid"), "utf8")).split("\n")[0]);
  expect(isAlive(pid)).toBe(true);
  script.signal("SIGTERM");
  expect(await script.ended).toMatchObject({ signal: "SIGTERM", stderr: "" });
  // It was stopped, and not merely told to: shutdown waits for it.
  expect(isAlive(pid)).toBe(false);
  expect(await statusesIn(dataDir)).toEqual(["success"]);
});

/** An empty directory in which an app runs that calls the simulator. */
async function anApp() {
  const cwd = await mkdtemp(join(tmpdir(), "spendspan-embedded-"));
  onTestFinished(() => rm(cwd, { recursive: true, force: true }));
  const simulator = await simulated();
  const env = { GOOGLE_GEMINI_BASE_URL: simulator.url, SPENDSPAN_PORT: "0" };
  return {
    dataDir: join(cwd, ".spendspan/postgres"),
    start: (source: string) => startScript(source, { cwd, env }),
  };
}

/** A server removes its pid file as the last thing that it does. */
async function serverHasEnded(dataDir: string): Promise<void> {
  await vi.waitFor(
    () =>
      expect(readFile(join(dataDir, "postmaster.pid"))).rejects.toMatchObject({ code: "ENOENT" }),
    { timeout: 10_000 },
  );
}

async function statusesIn(dataDir: string): Promise<readonly string[]> {
  const logger = new KeptLogger();
  const server = await startEmbeddedPostgres({ dataDir, logger, fsync: false });
  const pool = await openPool({ url: server.url, logger });
  const { rows } = await pool.query<{ status: string }>("select status from api_usage");
  await pool.end();
  await server.stop();
  return rows.map(({ status }) => status);
}
