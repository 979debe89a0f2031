/** One run of the demo, from its first part to its exit code. */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";

import { report } from "./agreement.ts";
import type { DemoArguments } from "./arguments.ts";
import { audit } from "./audit.ts";
import { type Backend, realBackend, simulatedBackend } from "./backend.ts";
import { LIVE, SIMULATED } from "./scenario.ts";
import { type Output, Screen } from "./screen.ts";
import { openSession, type Session } from "./session.ts";
import { readSpend } from "./spend.ts";
import { paintSpend, spendLines } from "./spend-table.ts";
import { stopRequest } from "./stop-request.ts";
import type { Workload } from "./traffic.ts";
import { watch } from "./watch.ts";

const DATA_DIR = ".spendspan";
const PORT = 9_464;
const ANY_PORT = 0;

interface Run {
  readonly screen: Screen;
  readonly backend: Backend;
  readonly workload: Workload;
  /** Aborted when the user has seen enough. */
  readonly stop: AbortSignal;
}

/** @returns The exit code: 1 when accounts of the usage don't agree. */
export async function runDemo(args: DemoArguments, output: Output): Promise<number> {
  const screen = new Screen(output);
  // Also after a fault: a terminal without a cursor is a nuisance.
  process.once("exit", () => screen.close());
  const stop = stopRequest();
  const backend = await backendOf(args);
  const run = { screen, backend, workload: workloadOf(args), stop };
  if (args.liveApiKey !== undefined) {
    screen.say(`· Calls the real Gemini API with your key, for ${args.calls} uses of the app:`);
    screen.say("  ten a minute, each one or two short requests");
  }
  try {
    return args.once ? await runOnce(run) : await runOn(run);
  } finally {
    screen.close();
  }
}

async function runOn(run: Run): Promise<number> {
  await using session = await sessionOf(run, DATA_DIR, PORT);
  sayWhereToLook(session, run.screen);
  await watch({ ...run, session });
  return 0;
}

/** On a ledger of its own: what is checked to the last digit must not be mixed with earlier rows. */
async function runOnce(run: Run): Promise<number> {
  const { screen, backend, workload } = run;
  await mkdir(DATA_DIR, { recursive: true });
  const dataDir = await mkdtemp(join(DATA_DIR, "once-"));
  try {
    await using session = await sessionOf(run, dataDir, ANY_PORT);
    screen.say(`· The app is used ${workload.calls} times`);
    const comparisons = await audit({ ...run, session, simulator: backend.simulator });
    const spend = await readSpend(session.pool);
    screen.draw(spendLines(spend, `${workload.calls} uses of the app`, screen.size), paintSpend);
    screen.close();
    return report(comparisons, (line) => screen.say(line));
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

function sessionOf(
  { backend, workload, screen }: Run,
  dataDir: string,
  port: number,
): Promise<Session> {
  const say = (line: string): void => screen.say(line);
  return openSession({ backend, scenario: workload.scenario, dataDir, port, say });
}

async function backendOf({ liveApiKey, once }: DemoArguments): Promise<Backend> {
  return liveApiKey === undefined ? simulatedBackend(once) : realBackend(liveApiKey);
}

function workloadOf({ liveApiKey, once, calls }: DemoArguments): Workload {
  // Ten calls a minute, one after the other.
  if (liveApiKey !== undefined) return { scenario: LIVE, calls, users: 1, pauseMs: 6_000 };
  return { scenario: SIMULATED, calls, users: 8, pauseMs: once ? 0 : 500 };
}

function sayWhereToLook({ url, databaseUrl }: Session, screen: Screen): void {
  screen.say(`
  Metrics  ${url}/metrics
  Usage    ${url}/api/usage?days=1
  Health   ${url}/healthz
  Ledger   psql ${databaseUrl}
           select created_at, brand, model, status, estimated_cost_usd from api_usage;
           without psql: npx spendspan stats --database-url <that URL>

  Ctrl-C ends it; the ledger stays in ${DATA_DIR}/
`);
}
