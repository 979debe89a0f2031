/** Rows of an app outlive it, however it ends, and Postgres being away. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Pool } from "pg";
import { expect, test } from "vitest";

import { simulated } from "../simulator/client.ts";
import type { Simulator } from "../simulator/simulator.ts";
import { withDatabase } from "../support/database.ts";
import { type Script, startScript } from "../support/script.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const PRELUDE = `
  import { init, withUsage } from "spendspan";
  const spendspan = init();
  const ask = (model, brand) => withUsage({ brand }, () =>
    fetch(\`\${process.env.GOOGLE_GEMINI_BASE_URL}/v1beta/models/\${model}:generateContent\`, {
      method: "POST",
      body: JSON.stringify({ contents: [{ parts: [{ text: "How much is it?" }] }] }),
    }));
`;
const UNREACHABLE = "postgres://nobody@127.0.0.1:1/none";

test("a call that was finished when its app was killed is a row, and one under way an unknown one", () =>
  withApps(async ({ start, rows, simulator, url }) => {
    const killed = start(
      `await (await ask("gemini-2.5-flash", "acme")).text();
       void ask("gemini-2.5-flash-sim-hang", "zenith");`,
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
  }));

interface Apps {
  readonly simulator: Simulator;
  /** Of a database that can be reached. */
  readonly url: string;
  /** Starts an app on the directory that all apps of a test share. */
  readonly start: (source: string, databaseUrl: string) => Script;
  readonly rows: () => Promise<readonly string[]>;
  /** What is left in the journal. */
  readonly files: () => Promise<readonly string[]>;
}

async function withApps(fn: (apps: Apps) => Promise<void>): Promise<void> {
  const simulator = await simulated();
  const dataDir = temporaryDirectory();
  await withDatabase(({ pool, url }) =>
    fn({
      simulator,
      url,
      start: (source, databaseUrl) =>
        startScript(PRELUDE + source, {
          env: {
            GOOGLE_GEMINI_BASE_URL: simulator.url,
            DATABASE_URL: databaseUrl,
            SPENDSPAN_PORT: "0",
            SPENDSPAN_DATA_DIR: dataDir,
            SPENDSPAN_SHUTDOWN_TIMEOUT_MS: "5000",
          },
        }),
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
