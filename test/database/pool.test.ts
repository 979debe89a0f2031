import { type AddressInfo, connect, createServer } from "node:net";
import { pipeline } from "node:stream";
import type { Pool, PoolClient } from "pg";
import { expect, onTestFinished, test } from "vitest";

import { inTransaction, openPool } from "../../src/database/pool.ts";
import { withDatabase } from "../support/database.ts";
import { KeptLogger } from "../support/logger.ts";

const BRIEFLY = { timeoutMs: 5_000 };

test("an idle connection that breaks is replaced, and does not end the process", () =>
  withDatabase(async ({ pool, url }) => {
    const log = new KeptLogger();
    const other = await openPool({ url, logger: log, maxConnections: 1 });
    const pid = await backendOf(other);
    const broken = new Promise((resolve) => other.once("error", resolve));
    await pool.query("select pg_terminate_backend($1)", [pid]);
    await broken;
    expect(await backendOf(other)).not.toBe(pid);
    expect(log.infos).toEqual([expect.stringContaining("connection broke")]);
    await other.end();
  }));

test("of a pool that was ended, a connection that breaks is no news", () =>
  withDatabase(async ({ url }) => {
    const log = new KeptLogger();
    const other = await openPool({ url, logger: log });
    await other.query("select 1");
    const ended = other.end();
    other.emit("error", new Error("terminating connection due to administrator command"));
    await ended;
    expect(log.infos).toEqual([]);
  }));

test("a connection that fails for want of a password is closed, so that the server need not wait for one", () =>
  withDatabase(async ({ url }) => {
    const server = new URL(url);
    const hungUp = Promise.withResolvers<void>();
    const line = createServer((client) => {
      const upstream = connect(Number(server.port), server.hostname);
      pipeline(client, upstream, client, () => hungUp.resolve());
    });
    onTestFinished(() => void line.close());
    await new Promise<void>((resolve) => line.listen(0, server.hostname, resolve));
    const { port } = line.address() as AddressInfo;
    const withoutPassword = Object.assign(new URL(url), { password: "", port: String(port) });
    const pool = await openPool({ url: withoutPassword.href, logger: new KeptLogger() });
    await expect(pool.query("select 1")).rejects.toThrow("password");
    await hungUp.promise;
    await pool.end();
  }));

test("a connection that breaks in the middle of a transaction fails it, and does not end the process", () =>
  withDatabase(async ({ pool }) => {
    const transaction = inTransaction(pool, BRIEFLY, async (client) => {
      const gone = new Promise((resolve) => client.once("end", resolve));
      const { rows } = await client.query("select pg_backend_pid() as pid");
      await pool.query("select pg_terminate_backend($1)", [rows[0].pid]);
      await gone;
      await client.query("select 1");
    });
    await expect(transaction).rejects.toThrow(/not queryable|terminat/);
    expect(await backendOf(pool)).toBeGreaterThan(0);
  }));

test("a transaction whose function fails leaves nothing behind, and keeps its connection", () =>
  withDatabase(async ({ url }) => {
    const pool = await openPool({ url, logger: new KeptLogger(), maxConnections: 1 });
    const pid = await backendOf(pool);
    const failing = inTransaction(pool, BRIEFLY, async (client) => {
      await client.query("create table left_behind ()");
      await client.query("select 1 / 0");
    });
    await expect(failing).rejects.toMatchObject({ code: "22012" });
    const { rows } = await pool.query("select to_regclass('left_behind') as found");
    expect(rows).toEqual([{ found: null }]);
    expect(await backendOf(pool)).toBe(pid);
    await pool.end();
  }));

test("a statement that takes too long is ended by the server", () =>
  withDatabase(async ({ pool }) => {
    const slow = inTransaction(pool, { timeoutMs: 20 }, (client) =>
      client.query("select pg_sleep(60)"),
    );
    await expect(slow).rejects.toMatchObject({ code: "57014" });
  }));

test("the timeout of one transaction is not the next one's", () =>
  withDatabase(async ({ url }) => {
    const pool = await openPool({ url, logger: new KeptLogger(), maxConnections: 1 });
    const timeout = (timeoutMs: number): Promise<unknown> =>
      inTransaction(pool, { timeoutMs }, async (client) => {
        const { rows } = await client.query("show statement_timeout");
        return rows[0].statement_timeout;
      });
    expect(await timeout(1_500)).toBe("1500ms");
    expect((await pool.query("show statement_timeout")).rows[0].statement_timeout).toBe("0");
    expect(await timeout(0)).toBe("0");
    await pool.end();
  }));

test("no statement is compiled, whatever the server would like, and for others it is as it was", () =>
  withDatabase(async ({ url }) => {
    const pool = await openPool({ url, logger: new KeptLogger(), maxConnections: 1 });
    await pool.query("set jit = on");
    const jit = async (client: Pool | PoolClient): Promise<unknown> =>
      (await client.query<{ jit: string }>("show jit")).rows[0]?.jit;
    expect(await inTransaction(pool, { timeoutMs: 0 }, jit)).toBe("off");
    expect(await jit(pool)).toBe("on");
    await pool.end();
  }));

test("a read-only transaction cannot write", () =>
  withDatabase(async ({ pool }) => {
    const writing = inTransaction(pool, { timeoutMs: 0, readOnly: true }, (client) =>
      client.query("create table forbidden ()"),
    );
    await expect(writing).rejects.toMatchObject({ code: "25006" });
  }));

test("an aborted transaction ends at once, whatever the server is doing", () =>
  withDatabase(async ({ url }) => {
    const pool = await openPool({ url, logger: new KeptLogger() });
    const abort = new AbortController();
    const hung = inTransaction(pool, { timeoutMs: 0, signal: abort.signal }, async (client) => {
      const sleeping = client.query("select pg_sleep(60)");
      abort.abort();
      await sleeping;
    });
    await expect(hung).rejects.toThrow("Connection terminated");
    expect(pool.totalCount).toBe(0);
    await pool.end();
  }));

async function backendOf(pool: Awaited<ReturnType<typeof openPool>>): Promise<number> {
  const { rows } = await pool.query<{ pid: number }>("select pg_backend_pid() as pid");
  return rows[0]?.pid ?? 0;
}
