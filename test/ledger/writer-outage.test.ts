import { expect, test } from "vitest";
import type { Pool } from "pg";

import { openPool } from "../../src/database/pool.ts";
import { withDatabase } from "../support/database.ts";
import { KeptLogger } from "../support/logger.ts";
import { aRecord } from "../support/record.ts";
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
      expect(await writer.flush({ timeoutMs: 400 })).toMatchObject({ written: 0, remaining: 10 });
      expect(writer.state().lastError).toEqual(expect.any(String));
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
        await expect
          .poll(() => flushed || writer.state().written > before, { timeout: 20_000 })
          .toBe(true);
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

async function withProxy(
  url: string,
  fn: (proxy: TcpProxy, pool: Pool) => Promise<void>,
): Promise<void> {
  const proxiedUrl = new URL(url);
  const proxy = new TcpProxy({ host: proxiedUrl.hostname, port: Number(proxiedUrl.port) });
  proxiedUrl.port = String(await proxy.listen());
  const pool = await openPool({ url: proxiedUrl.href, logger: new KeptLogger() });
  try {
    await fn(proxy, pool);
  } finally {
    await pool.end();
    await proxy.close();
  }
}
