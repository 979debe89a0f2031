/** The server process on a cluster: its settings, its start, its end. */
import type { ChildProcess } from "node:child_process";
import { open, readFile, stat, truncate } from "node:fs/promises";
import { createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

import { SpendspanError } from "../base/errors.ts";
import type { Cluster } from "./cluster.ts";
import { isAlive, runningPostmaster } from "./postmaster.ts";
import type { Postmaster } from "./postmaster.ts";
import { spawnAs } from "./server-account.ts";

const POLL_MS = 10;
const FAST_SHUTDOWN_MS = 10_000;
const IMMEDIATE_SHUTDOWN_MS = 5_000;
const MAX_LOG_BYTES = 1 << 20;
const LOG_LINES_SHOWN = 5;

/** A start that failed; `log` is the end of what Postgres said. */
export interface FailedStart {
  readonly log: string;
}

/** Starts a server and waits until it takes connections, or until it has given up. */
export async function startServer(
  cluster: Cluster,
  fsync: boolean,
): Promise<Postmaster | FailedStart> {
  const settings = Object.entries(serverSettings(cluster.binaries.major, await freePort(), fsync));
  const logPath = `${cluster.dataDir}.log`;
  const log = await openLog(logPath);
  let server: ChildProcess;
  try {
    server = spawnAs(
      cluster.account,
      [
        cluster.binaries.postgres,
        "-D",
        cluster.dataDir,
        ...settings.flatMap(([name, value]) => ["-c", `${name}=${value}`]),
      ],
      // Its own process group: a Ctrl-C in the terminal is for the app, which still has rows to write.
      { detached: true, stdio: ["ignore", log.fd, log.fd] },
    );
    // A child that can't be started emits `error`; its missing pid is what we go by.
    server.on("error", () => undefined);
  } finally {
    await log.close();
  }
  while (server.pid !== undefined && server.exitCode === null && server.signalCode === null) {
    const postmaster = await runningPostmaster(cluster.dataDir);
    if (postmaster?.ready === true && postmaster.pid === server.pid) {
      // From here on the app may end without waiting for the server.
      server.unref();
      return postmaster;
    }
    await pause(POLL_MS);
  }
  return { log: await lastLines(logPath) };
}

/**
 * Ends a server: open transactions are rolled back, what was committed is on disk.
 *
 * @throws SpendspanError `ERR_EMBEDDED_POSTGRES` when it is still there after 15 seconds.
 */
export async function stopServer(pid: number): Promise<void> {
  if (!sendSignal(pid, "SIGINT") || (await hasEnded(pid, FAST_SHUTDOWN_MS))) return;
  sendSignal(pid, "SIGQUIT");
  if (await hasEnded(pid, IMMEDIATE_SHUTDOWN_MS)) return;
  throw new SpendspanError("ERR_EMBEDDED_POSTGRES", `Postgres (pid ${pid}) does not stop`);
}

/** Sends a signal, and says whether there was somebody to send it to. */
export function sendSignal(pid: number, signal: "SIGINT" | "SIGQUIT"): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

async function hasEnded(pid: number, withinMs: number): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < withinMs; waitedMs += POLL_MS) {
    if (!isAlive(pid)) return true;
    await pause(POLL_MS);
  }
  return !isAlive(pid);
}

/** Small, for a developer's machine; private, for what the log could repeat of a row. */
function serverSettings(major: number, port: number, fsync: boolean): Record<string, string> {
  return {
    port: String(port),
    listen_addresses: "127.0.0.1",
    // No socket file: its path would have to be short, and its directory writable.
    unix_socket_directories: "",
    shared_buffers: "32MB",
    max_connections: "50",
    max_wal_size: "256MB",
    // Containers give shared memory of 64 MB, which parallel queries can fill.
    max_parallel_workers_per_gather: "0",
    jit: "off",
    timezone: "UTC",
    log_timezone: "UTC",
    log_error_verbosity: "terse",
    ...(!fsync && { fsync: "off", full_page_writes: "off" }),
    // Saves three worker processes; the setting is new in 18.
    ...(major >= 18 && { io_method: "sync" }),
  };
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once("error", reject).listen(0, "127.0.0.1", resolve);
  });
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port was given");
  return address.port;
}

async function openLog(path: string): ReturnType<typeof open> {
  const log = await open(path, "a", 0o600);
  if ((await stat(path)).size > MAX_LOG_BYTES) await truncate(path);
  return log;
}

async function lastLines(logPath: string): Promise<string> {
  const lines = (await readFile(logPath, "utf8")).trimEnd().split("\n");
  return lines.slice(-LOG_LINES_SHOWN).join("\n");
}
