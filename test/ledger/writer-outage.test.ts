import { join } from "node:path";
import type { Pool } from "pg";
import { expect, onTestFinished, test, vi } from "vitest";

import { startEmbeddedPostgres } from "../../src/database/embedded.ts";
import { migrate } from "../../src/database/migrate.ts";
import { runningPostmaster } from "../../src/database/postmaster.ts";
import { openPool } from "../../src/database/pool.ts";
import { withDatabase } from "../support/database.ts";
import { KeptLogger } from "../support/logger.ts";
import { aRecord } from "../support/record.ts";
import { sumsIn } from "../support/sums.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { TcpProxy } from "../support/tcp-proxy.ts";
import { aWriter, storedIds } from "../support/writer.ts";

test("while Postgres is away rows wait, and when it is back they are stored", () =>
  withDatabase(({ pool, url }) =>
    withProxy(url, async (proxy, proxied) => {
      const logger = new KeptLogger();
      const writer = aWriter(proxied, { logger });
      proxy.refusing = true;
      const records = Array.from({ length: 10 }, () => aRecord());
      for (const record of records) writer.accept(record);
      await expect.poll(() => writer.state().lastError).toEqual(expect.any(String));
      expect(await writer.flush({ timeoutMs: 400 })).toMatchObject({ written: 0, remaining: 10 });
      expect(writer.state().oldestPendingAtMs).toBe(
        records[0]!.startedAtMs + records[0]!.durationMs,
      );

      proxy.refusing = false;
      expect(await writer.flush({ timeoutMs: 10_000 })).toMatchObject({
        written: 10,
        remaining: 0,
      });
      expect(await storedIds(pool)).toEqual(records.map(({ id }) => id).sort());
      // Several attempts failed in the outage: one line when it began, one when it was over.
      expect(logger.warnings).toEqual([
        expect.stringContaining(
          "The ledger cannot reach Postgres; its rows wait, and are tried again",
        ),
      ]);
      expect(logger.infos).toContain("The ledger writes to Postgres again");
      await writer.close({ timeoutMs: 1_000 });
    }),
  ));

test("connections that are cut again and again lose no row and double none", () =>
  withDatabase(({ pool, url }) =>
    withProxy(url, async (proxy, proxied) => {
      const writer = aWriter(proxied, {}, { maxBatchRows: 20 });
      const records = Array.from({ length: 1_000 }, () => aRecord());
      let flushed = false;
      const flushing = (async () => {
        for (const record of records) writer.accept(record);
        const result = await writer.flush({ timeoutMs: 25_000 });
        flushed = true;
        return result;
      })();
      for (let cuts = 0; cuts < 20 && !flushed; cuts++) {
        const before = writer.state().written;
        proxy.cut();
        // The next cut comes when something was written, so that some get through.
        await expect.poll(() => flushed || writer.state().written > before).toBe(true);
      }
      expect(await flushing).toMatchObject({ written: 1_000, remaining: 0, deadLetters: 0 });
      expect(await storedIds(pool)).toEqual(records.map(({ id }) => id).sort());
      await writer.close({ timeoutMs: 1_000 });
    }),
  ));

test("a server that does not answer holds neither a flush nor a close beyond its deadline", () =>
  withDatabase(async ({ pool, url }) => {
    const lock = await pool.connect();
    await lock.query("begin; lock table api_usage in access exclusive mode");
    const writerPool = await openPool({ url, logger: new KeptLogger() });
    const writer = aWriter(writerPool);
    writer.accept(aRecord());
    expect(await writer.flush({ timeoutMs: 50 })).toMatchObject({ written: 0, remaining: 1 });
    expect(await writer.close({ timeoutMs: 50 })).toMatchObject({ written: 0, remaining: 1 });
    // Its statement still waits for the lock; the connection must be free nevertheless.
    await writerPool.end();
    await lock.query("rollback");
    lock.release();
    expect(await storedIds(pool)).toEqual([]);
  }));

test("rows that waited for a lock are stored when it is released", () =>
  withDatabase(async ({ pool }) => {
    const lock = await pool.connect();
    await lock.query("begin; lock table api_usage in access exclusive mode");
    const writer = aWriter(pool);
    writer.accept(aRecord());
    expect(await writer.flush({ timeoutMs: 50 })).toMatchObject({ remaining: 1 });
    await lock.query("rollback");
    lock.release();
    expect(await writer.close({ timeoutMs: 10_000 })).toMatchObject({ written: 1, remaining: 0 });
  }));

test("a statement that the server gives up for a lock is tried until the lock is gone", () =>
  withDatabase(async ({ pool, url }) => {
    // As the statement's own timeout would in five seconds.
    await pool.query(`alter database ${new URL(url).pathname.slice(1)} set lock_timeout = 50`);
    const lock = await pool.connect();
    await lock.query("begin; lock table api_usage in access exclusive mode");
    const logger = new KeptLogger();
    const writerPool = await openPool({ url, logger });
    const writer = aWriter(writerPool, { logger }, { flushIntervalMs: 1 });
    const record = aRecord();
    writer.accept(record);
    await expect.poll(() => writer.state().lastError).toMatch("lock timeout");
    expect(writer.state()).toMatchObject({ pending: 1, deadLetters: 0 });
    await lock.query("rollback");
    lock.release();
    expect(await writer.close({ timeoutMs: 10_000 })).toMatchObject({ written: 1, remaining: 0 });
    expect(await storedIds(pool)).toEqual([record.id]);
    await writerPool.end();
  }));

test("a server that takes connections and never answers is given up, and asked again", () =>
  withDatabase(({ pool, url }) =>
    withProxy(url, async (proxy, proxied) => {
      hasten();
      const writer = aWriter(proxied, {}, { flushIntervalMs: 1 });
      proxy.silent = true;
      const record = aRecord();
      writer.accept(record);
      await expect.poll(() => writer.state().lastError).toMatch("timeout");
      proxy.silent = false;
      expect(await writer.close({ timeoutMs: 500_000 })).toMatchObject({ written: 1 });
      expect(await storedIds(pool)).toEqual([record.id]);
    }),
  ));

test("a server that falls silent in the middle of its work is given up, and asked again", () =>
  withDatabase(({ pool, url }) =>
    withProxy(url, async (proxy, proxied) => {
      hasten();
      const writer = aWriter(proxied, {}, { flushIntervalMs: 1 });
      const records = [aRecord(), aRecord()];
      writer.accept(records[0]!);
      expect(await writer.flush({ timeoutMs: 500_000 })).toMatchObject({ written: 1 });
      proxy.silent = true;
      writer.accept(records[1]!);
      await expect.poll(() => writer.state().lastError).toMatch("Connection terminated");
      proxy.silent = false;
      expect(await writer.close({ timeoutMs: 500_000 })).toMatchObject({ written: 2 });
      expect(await storedIds(pool)).toEqual(records.map(({ id }) => id));
    }),
  ));

test("a connection that the server ended while it was idle costs no row", () =>
  withDatabase(async ({ pool, url }) => {
    const logger = new KeptLogger();
    const writerPool = await openPool({ url, logger, maxConnections: 1 });
    const writer = aWriter(writerPool, { logger }, { flushIntervalMs: 1 });
    for (const written of [1, 2, 3]) {
      writer.accept(aRecord());
      await expect.poll(() => writer.state().written).toBe(written);
      const broken = new Promise((resolve) => writerPool.once("error", resolve));
      await pool.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid()`,
      );
      await broken;
    }
    expect(logger.warnings).toEqual([]);
    await writer.close({ timeoutMs: 1_000 });
    await writerPool.end();
  }));

test("a server that crashes in the middle of a batch, and comes back, has each row once", async () => {
  const dataDir = join(temporaryDirectory(), "postgres");
  const start = () => startEmbeddedPostgres({ dataDir, logger: new KeptLogger(), fsync: false });
  const first = await start();
  const firstPool = await openPool({ url: first.url, logger: new KeptLogger() });
  await migrate(firstPool);
  await firstPool.end();
  await withProxy(first.url, async (proxy, proxied) => {
    const writer = aWriter(proxied, {}, { maxBatchRows: 50 });
    const records = Array.from({ length: 1_000 }, () => aRecord());
    for (const record of records) writer.accept(record);
    const flushing = writer.flush({ timeoutMs: 25_000 });
    await expect.poll(() => writer.state().written, { interval: 1 }).toBeGreaterThan(0);
    process.kill((await runningPostmaster(dataDir))!.pid, "SIGQUIT");
    await first.stop(); // returns when it is gone
    const second = await start();
    onTestFinished(() => second.stop());
    proxy.target = addressOf(second.url);
    expect(await flushing).toMatchObject({ written: 1_000, remaining: 0, deadLetters: 0 });
    await writer.close({ timeoutMs: 1_000 });
    const ids = records.map(({ id }) => id).sort();
    expect(await storedIds(proxied)).toEqual(ids);
    for (const { kept, taken } of await sumsIn(proxied)) expect(kept).toEqual(taken);
  });
});

/** Lets time pass fifty times as fast for this process, though not for the server. */
function hasten(): void {
  const { setTimeout } = globalThis;
  vi.stubGlobal("setTimeout", (fn: () => void, ms = 0) => setTimeout(fn, ms / 50));
  onTestFinished(() => void vi.unstubAllGlobals());
}

function addressOf(url: string) {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port) };
}

async function withProxy(
  url: string,
  fn: (proxy: TcpProxy, pool: Pool) => Promise<void>,
): Promise<void> {
  const proxiedUrl = new URL(url);
  const proxy = new TcpProxy(addressOf(url));
  proxiedUrl.port = String(await proxy.listen());
  const pool = await openPool({ url: proxiedUrl.href, logger: new KeptLogger() });
  try {
    await fn(proxy, pool);
  } finally {
    await pool.end();
    await proxy.close();
  }
}
