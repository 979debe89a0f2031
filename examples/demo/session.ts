/** All that the demo starts, and how it ends together. */
import { createServer } from "node:net";
import { once } from "node:events";
import { Pool } from "pg";
import { init, type Spendspan, type SpendspanOptions } from "spendspan";

import { App } from "./app.ts";
import type { Backend } from "./backend.ts";
import { brandNames, modelNames, type Scenario } from "./scenario.ts";
import { weatherRule } from "./weather-rule.ts";

export interface SessionOptions {
  readonly backend: Backend;
  readonly scenario: Scenario;
  /** Holds the ledger. */
  readonly dataDir: string;
  /** The port to listen on; another one when it is taken. */
  readonly port: number;
  readonly say: (line: string) => void;
}

export interface Session extends AsyncDisposable {
  readonly app: App;
  readonly spendspan: Spendspan;
  /** `http://127.0.0.1:9464` */
  readonly url: string;
  readonly databaseUrl: string;
  /** The ledger, to be read. */
  readonly pool: Pool;
  /** Writes what waits and stops everything, Postgres and the backend too. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** @throws Error when there is no ledger or no server; what kept it was said before. */
export async function openSession(options: SessionOptions): Promise<Session> {
  const { backend, scenario, dataDir, say } = options;
  forgetOtherSettings();
  const spendspan = init({
    dataDir,
    embedded: true,
    port: await freePort(options),
    ...meteredSurface(backend, scenario),
    flushIntervalMs: 250,
    logger: {
      info: (message) => say(`· ${message}`),
      warn: (message, cause) =>
        say(`! ${message}${cause instanceof Error ? `: ${cause.message}` : ""}`),
    },
  });
  await spendspan.ready();
  const { url, databaseUrl } = spendspan;
  if (url === undefined || databaseUrl === undefined) {
    await spendspan.shutdown();
    await backend.close();
    throw new Error(`The demo needs ${url === undefined ? "a port to listen on" : "a Postgres"}`);
  }
  const pool = new Pool({ connectionString: databaseUrl });
  pool.on("error", () => undefined);
  const close = async (): Promise<void> => {
    await pool.end();
    await spendspan.shutdown();
    await backend.close();
  };
  return {
    app: new App(backend),
    spendspan,
    url,
    databaseUrl,
    pool,
    [Symbol.asyncDispose]: close,
  };
}

/** What is metered, and which series start at 0. */
export function meteredSurface(backend: Backend, scenario: Scenario): SpendspanOptions {
  return {
    brands: brandNames(scenario),
    models: modelNames(scenario),
    endpoints: [...new Set(scenario.cases.map(({ feature }) => feature))],
    baseUrls: [backend.baseUrl],
    httpRules: backend.weatherUrl === undefined ? [] : [weatherRule(backend.weatherUrl)],
  };
}

/** What this shell has set for another app must not bring the demo's rows into that app's ledger. */
function forgetOtherSettings(): void {
  for (const name of Object.keys(process.env)) {
    if (name === "DATABASE_URL" || name.startsWith("SPENDSPAN_")) delete process.env[name];
  }
}

/** `port` when nobody has it, else 0, with which the system gives a free one. */
async function freePort({ port, say }: SessionOptions): Promise<number> {
  if (port === 0) return 0;
  const probe = createServer();
  try {
    probe.listen(port, "127.0.0.1");
    await once(probe, "listening");
    probe.close();
    await once(probe, "close");
    return port;
  } catch {
    say(`· Port ${port} is in use: takes another`);
    return 0;
  }
}
