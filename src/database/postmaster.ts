/**
 * What `postmaster.pid`, the file a running Postgres keeps in its data directory, says; and whether
 * it is true: a server that was killed leaves the file behind, and its pid may be somebody else's now.
 */
import { execFile } from "node:child_process";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import { errorCodeOf } from "../base/errors.ts";

const run = promisify(execFile);

export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  /** False while it starts, recovers from a crash, or stops. */
  readonly ready: boolean;
}

const PID_FILE = "postmaster.pid";

// Lines of the file, from Postgres's src/include/utils/pidfile.h.
const PID_LINE = 0;
const PORT_LINE = 3;
const STATUS_LINE = 7;

/** The server that runs on `dataDir`, if there is one. */
export async function runningPostmaster(dataDir: string): Promise<Postmaster | undefined> {
  const lines = await pidFileLines(dataDir);
  const pid = Number(lines[PID_LINE]);
  if (!(pid > 0) || !isAlive(pid) || !(await serves(pid, dataDir))) return undefined;
  return {
    pid,
    port: Number(lines[PORT_LINE] ?? ""),
    ready: lines[STATUS_LINE]?.trim() === "ready",
  };
}

/**
 * Removes the pid file of a killed server when its pid is another process's now, as happens at once
 * in containers, where pids start small. Postgres sees to all other cases itself, and more safely.
 */
export async function removeMisleadingPidFile(dataDir: string): Promise<void> {
  const pid = Number((await pidFileLines(dataDir))[PID_LINE]);
  if (pid > 0 && isAlive(pid) && !(await serves(pid, dataDir))) {
    await rm(join(dataDir, PID_FILE), { force: true });
  }
}

/** Whether a process has this pid, whoever owns it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCodeOf(error) === "EPERM";
  }
}

async function pidFileLines(dataDir: string): Promise<readonly string[]> {
  try {
    return (await readFile(join(dataDir, PID_FILE), "utf8")).split("\n");
  } catch (error) {
    if (errorCodeOf(error) === "ENOENT") return [];
    throw error;
  }
}

/** Whether `pid` is a Postgres started on `dataDir`. When that can't be told, yes: two are worse than none. */
async function serves(pid: number, dataDir: string): Promise<boolean> {
  const command = await commandOf(pid);
  return command === undefined || command.includes(dataDir);
}

async function commandOf(pid: number): Promise<string | undefined> {
  try {
    return await readFile(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    // Not Linux: ask ps.
  }
  try {
    return (await run("ps", ["-o", "command=", "-p", String(pid)])).stdout;
  } catch {
    return undefined;
  }
}
