import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";

import { messageOf } from "../../src/base/errors.ts";
import { type ConnectionOptions, LedgerConnection } from "../../src/database/connection.ts";
import { startEmbeddedPostgres } from "../../src/database/embedded.ts";
import { withDatabase, withEmptyDatabase } from "../support/database.ts";
import { KeptLogger } from "../support/logger.ts";

const AN_HOUR_MS = 3_600_000;
const WAITING = `select 1 from pg_locks where not granted
  and database = (select oid from pg_database where datname = current_database())`;

test("the named database is migrated before anybody gets it, and opened once for all who ask", () =>
  withEmptyDatabase(async ({ url }) => {
    const connection = aConnection({ databaseUrl: url });
    expect(connection.url).toBe(url);
    const [first, second] = await Promise.all([connection.connect(), connection.connect()]);
    expect(second).toBe(first);
    expect(await tableOf(first)).toBe("api_usage");
    await connection.close(AN_HOUR_MS);
  }));

test("without autoMigrate the schema is left to others", () =>
  withEmptyDatabase(async ({ url }) => {
    const connection = aConnection({ databaseUrl: url, autoMigrate: false });
    expect(await tableOf(await connection.connect())).toBeNull();
    await connection.close(AN_HOUR_MS);
  }));

test("without a URL and without an embedded server it says what to set", async () => {
  const connection = aConnection({});
  expect(connection.url).toBeUndefined();
  await expect(connection.connect()).rejects.toThrow(
    "ERR_DATABASE: Expected a database: set DATABASE_URL, or the option `databaseUrl`",
  );
  await connection.close(AN_HOUR_MS);
});

test("who connects by itself is told the URL, for which nothing is opened", async () => {
  const databaseUrl = "postgres://nobody@127.0.0.1:1/none";
  const connection = aConnection({ databaseUrl });
  expect(await connection.locate()).toBe(databaseUrl);
  await connection.close(AN_HOUR_MS);
  await expect(connection.locate()).rejects.toThrow("ERR_DATABASE");
});

test("a failure is not remembered", () =>
  withEmptyDatabase(async ({ pool, url }) => {
    await pool.query("create table api_usage (occupied text)");
    const connection = aConnection({ databaseUrl: url });
    await expect(connection.connect()).rejects.toMatchObject({ code: "ERR_MIGRATION" });
    await pool.query("drop table api_usage");
    expect(await tableOf(await connection.connect())).toBe("api_usage");
    await connection.close(AN_HOUR_MS);
  }));

test("closing ends a migration that waits for another process's, and the connection with it", () =>
  withEmptyDatabase(async ({ pool, url }) => {
    const other = await pool.connect();
    // The lock that migrations take turns by: "spendspn".
    await other.query("begin; select pg_advisory_xact_lock(8318260036559401070)");
    const connection = aConnection({ databaseUrl: url });
    const failure = connection.connect().catch(messageOf);
    await expect.poll(async () => (await pool.query(WAITING)).rows).toHaveLength(1);
    await connection.close(AN_HOUR_MS);
    expect(await failure).toContain("Connection terminated");
    await other.query("rollback");
    other.release();
  }));

test("closing does not wait beyond its deadline for a server that is silent", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const connection = aConnection({ databaseUrl: `postgres://nobody@127.0.0.1:${port}/none` });
  const accepted = once(server, "connection");
  let opening = true;
  const failure = connection
    .connect()
    .catch(messageOf)
    .finally(() => (opening = false));
  const [socket] = await accepted;
  await connection.close(1);
  expect(opening).toBe(true);
  // Read before it is ended, lest the other side sees a reset.
  socket.resume().end();
  expect(await failure).toContain("Connection terminated");
});

test("after closing, nothing is opened again", () =>
  withDatabase(async ({ url }) => {
    const connection = aConnection({ databaseUrl: url });
    await connection.connect();
    await Promise.all([connection.close(AN_HOUR_MS), connection.close(AN_HOUR_MS)]);
    await expect(connection.connect()).rejects.toThrow("ERR_DATABASE");
  }));

test("an embedded server is started under the data directory, and ended on closing", () =>
  withDirectory(async (dataDir) => {
    const progress: string[] = [];
    const connection = aConnection({
      embedded: true,
      dataDir,
      onProgress: (message) => void progress.push(message),
    });
    expect(await tableOf(await connection.connect())).toBe("api_usage");
    expect(progress).toContainEqual(expect.stringContaining(join(dataDir, "postgres")));
    const { url } = connection;
    await connection.close(AN_HOUR_MS);
    const late = aConnection({ databaseUrl: url });
    await expect(late.connect()).rejects.toMatchObject({ code: "ECONNREFUSED" });
    await late.close(AN_HOUR_MS);
  }));

test("a server that was joined is replaced by one of our own when its owner has ended it", () =>
  withDirectory(async (dataDir) => {
    const owner = await startEmbeddedPostgres({
      dataDir: join(dataDir, "postgres"),
      logger: new KeptLogger(),
      fsync: false,
    });
    const guest = aConnection({ embedded: true, dataDir });
    const joined = await guest.connect();
    expect(guest.url).toBe(owner.url);
    await joined.query("create table kept as select 42 as answer");
    await owner.stop();
    const replaced = await guest.connect();
    expect(replaced).not.toBe(joined);
    expect((await replaced.query("select answer from kept")).rows).toEqual([{ answer: 42 }]);
    await guest.close(AN_HOUR_MS);
  }));

function aConnection(options: Partial<ConnectionOptions>): LedgerConnection {
  return new LedgerConnection({
    databaseUrl: undefined,
    embedded: false,
    autoMigrate: true,
    dataDir: "/nowhere",
    logger: new KeptLogger(),
    ...options,
  });
}

async function tableOf(pool: Awaited<ReturnType<LedgerConnection["connect"]>>): Promise<unknown> {
  const { rows } = await pool.query("select to_regclass('api_usage') as found");
  return rows[0].found;
}

async function withDirectory(fn: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "connection-"));
  await fn(directory);
  await rm(directory, { recursive: true });
}
