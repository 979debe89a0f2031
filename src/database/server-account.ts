/**
 * As whom an embedded Postgres runs. Postgres refuses to run as root, and containers and CI mostly
 * are root.
 *
 * As root there are two ways out, neither of which changes the system: become `nobody`, if that
 * account can reach the programs and the data; else stay who we are outside, and be somebody else
 * inside a user namespace, which also works below `/root`, but not in every container.
 */
import { execFile, spawn } from "node:child_process";
import type { ChildProcess, SpawnOptions } from "node:child_process";
import { lchown, readdir, realpath, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

import { SpendspanError } from "../base/errors.ts";

const run = promisify(execFile);

export interface ServerAccount {
  /** Put before a command. */
  readonly prefix: readonly string[];
  /** Whom a command runs as, and who must own the data; `undefined`: whoever we are. */
  readonly uid: number | undefined;
  readonly gid: number | undefined;
}

const OURSELVES: ServerAccount = { prefix: [], uid: undefined, gid: undefined };

/**
 * An account that Postgres accepts and that can reach all of `paths`.
 *
 * @throws SpendspanError `ERR_EMBEDDED_POSTGRES` when we are root and no other account will do.
 */
export async function serverAccount(paths: readonly string[]): Promise<ServerAccount> {
  if (process.getuid?.() !== 0) return OURSELVES;
  const [uid, gid] = await Promise.all([idOf("-u"), idOf("-g")]);
  if (uid !== undefined && gid !== undefined) {
    const reachable = await Promise.all(paths.map(isReachableByAll));
    if (reachable.every(Boolean)) return { prefix: [], uid, gid };
    const prefix = ["unshare", "--user", `--map-user=${uid}`, `--map-group=${gid}`, "--"];
    // In the namespace `uid` is a mask: outside, the process is root still, and so owns our files.
    if (await works([...prefix, "true"])) return { prefix, uid: undefined, gid: undefined };
  }
  throw new SpendspanError(
    "ERR_EMBEDDED_POSTGRES",
    "Postgres does not run as root, the account `nobody` cannot reach " +
      `${paths.join(" and ")}, and user namespaces are not allowed here. ` +
      "Run the app as another user, move it out of /root, or set DATABASE_URL",
  );
}

/** Starts `command` as `account`. */
export function spawnAs(
  account: ServerAccount,
  command: readonly [string, ...string[]],
  options: SpawnOptions,
): ChildProcess {
  const [program, ...args] = [...account.prefix, ...command];
  return spawn(program ?? command[0], args, {
    ...options,
    // Postgres fails where it cannot open the directory it is started in, such as /root as `nobody`.
    cwd: dirname(command[0]),
    env: inheritedEnvironment(),
    ...(account.uid !== undefined && { uid: account.uid }),
    ...(account.gid !== undefined && { gid: account.gid }),
  });
}

/** Makes `account` the owner of a file, or of a directory and all that is in it. */
export async function giveTo(account: ServerAccount, path: string): Promise<void> {
  const us = process.getuid?.();
  // Windows has no owners of this kind, and who is not root owns what it made.
  if (us !== 0) return;
  const uid = account.uid ?? us;
  const gid = account.gid ?? 0;
  const found = await stat(path);
  if (found.uid === uid) return;
  const inside = found.isDirectory() ? await readdir(path, { recursive: true }) : [];
  for (const entry of inside) await lchown(join(path, entry), uid, gid);
  // The top comes last: its owner says whether all of this has been done.
  await lchown(path, uid, gid);
}

/**
 * Not the app's whole environment: it holds API keys, and other processes of `nobody` could read it
 * off the server's.
 */
function inheritedEnvironment(): NodeJS.ProcessEnv {
  const { PATH, LD_LIBRARY_PATH, SystemRoot } = process.env;
  return { PATH, LD_LIBRARY_PATH, SystemRoot, LC_ALL: "C" };
}

async function idOf(option: "-u" | "-g"): Promise<number | undefined> {
  try {
    const id = Number((await run("id", [option, "nobody"])).stdout);
    return Number.isInteger(id) ? id : undefined;
  } catch {
    return undefined;
  }
}

async function works(command: readonly string[]): Promise<boolean> {
  const [program, ...args] = command;
  try {
    await run(program ?? "", args);
    return true;
  } catch {
    return false;
  }
}

/** Whether every directory down to `path` may be entered by everybody. */
async function isReachableByAll(path: string): Promise<boolean> {
  const EXECUTE_FOR_OTHERS = 0o001;
  let directory = await realpath(path);
  for (;;) {
    const { mode } = await stat(directory);
    if ((mode & EXECUTE_FOR_OTHERS) === 0) return false;
    if (directory === dirname(directory)) return true;
    directory = dirname(directory);
  }
}
