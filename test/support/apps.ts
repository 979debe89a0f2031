/** Apps that share a directory of data, a simulator and a database, as processes of their own. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Pool } from "pg";

import { simulated } from "../simulator/client.ts";
import type { Simulator } from "../simulator/simulator.ts";
import { type TestDatabase, withDatabase } from "./database.ts";
import { type Script, startScript } from "./script.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

/** What an app begins with: it is metered, and can `ask`. */
export const PRELUDE = `
  import { init, withUsage } from "spendspan";
  const spendspan = init();
  const ask = (model, tags, prompt = "How much is it?") => withUsage(tags, () =>
    fetch(\`\${process.env.GOOGLE_GEMINI_BASE_URL}/v1beta/models/\${model}:generateContent\`, {
      method: "POST",
      body: JSON.stringify({ contents: [{ parts: [{ text: prompt }] }] }),
    }));
`;

/** A database that is not there. */
export const UNREACHABLE = "postgres://nobody@127.0.0.1:1/none";

export interface Apps {
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

export async function withApps(fn: (apps: Apps) => Promise<void>): Promise<void> {
  await withDatabase(async (database) => fn(await appsOn(database)));
}

/** Apps whose database the test has already; all but that ends with the test. */
export async function appsOn({ pool, url }: TestDatabase): Promise<Apps> {
  const simulator = await simulated();
  const dataDir = temporaryDirectory();
  const environment = (databaseUrl: string): Environment => ({
    GOOGLE_GEMINI_BASE_URL: simulator.url,
    DATABASE_URL: databaseUrl,
    SPENDSPAN_PORT: "0",
    SPENDSPAN_DATA_DIR: dataDir,
    SPENDSPAN_SHUTDOWN_TIMEOUT_MS: databaseUrl === UNREACHABLE ? "100" : "20000",
  });
  return {
    simulator,
    pool,
    url,
    environment,
    start: (source, databaseUrl, env) =>
      startScript(PRELUDE + source, { env: { ...environment(databaseUrl), ...env } }),
    rows: () => rowsIn(pool),
    files: () => readdir(join(dataDir, "journal"), { recursive: true }),
  };
}

async function rowsIn(pool: Pool): Promise<readonly string[]> {
  const { rows } = await pool.query<{ row: string }>(
    "select concat_ws(' ', brand, status, usage_status) as row from api_usage order by created_at",
  );
  return rows.map(({ row }) => row);
}
